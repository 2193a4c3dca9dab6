import { useTexts } from '../../kit/texts.js';
import { attemptsWith, type Outcomes, outcomeNames, outcomeText } from './outcomes.js';

/** One bar whose parts are the shares of the outcomes. Its numbers are in the table that it stands in. */
export function OutcomeBar({ outcomes }: { outcomes: Outcomes }) {
  const say = useTexts();
  const all = attemptsWith(outcomes);
  const parts = outcomeNames.filter((name) => outcomes[name] > 0);
  if (all === 0) return null;
  const said = parts.map((name) => {
    const named = { name: say(outcomeText(name)), attempts: outcomes[name], all };
    return say('exams.outcomes.of', named);
  });
  return (
    <div className="exams-bar" role="img" aria-label={said.join(', ')} title={said.join('\n')}>
      {parts.map((name) => (
        <span key={name} className={`exams-part ${name}`} style={{ flexGrow: outcomes[name] }} />
      ))}
    </div>
  );
}

export function OutcomeLegend() {
  const say = useTexts();
  return (
    <ul className="exams-legend">
      {outcomeNames.map((name) => (
        <li key={name}>
          <span className={`exams-part ${name}`} aria-hidden="true" />
          {say(outcomeText(name))}
        </li>
      ))}
    </ul>
  );
}
