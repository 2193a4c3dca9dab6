import { FormattedMessage } from 'react-intl';
import { Badge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { Time } from '../../kit/times.js';
import type { ActionName, Details } from './queries.js';

/** The learner's last appeal, and its answer. */
export function AppealSection({ details, onAct }: { details: Details; onAct: (action: ActionName) => void }) {
  const say = useTexts();
  const { appeal, actions } = details;
  if (!appeal) return null;
  const { answer } = appeal;
  const canAnswer = actions.some(({ action, refusal }) => action === 'uphold_appeal' && refusal === null);
  return (
    <section className="card stack-tight">
      <div className="row spread">
        <h2>{say('attempts.appeal')}</h2>
        <AppealState answer={answer} />
      </div>
      <p className="quiet small">
        <FormattedMessage id="attempts.appealed_at" values={{ at: <Time at={appeal.made_at} /> }} />
      </p>
      {appeal.reason && <q className="words">{appeal.reason}</q>}
      {answer && (
        <>
          <p className="quiet small">
            <FormattedMessage id="attempts.answered_at" values={{ at: <Time at={answer.at} /> }} />
          </p>
          {answer.reason && <q className="words">{answer.reason}</q>}
        </>
      )}
      {!answer && (
        <p>
          <FormattedMessage id="attempts.answer_by" values={{ at: <Time at={appeal.answer_by} /> }} />
        </p>
      )}
      {canAnswer && (
        <div className="buttons">
          {(['uphold_appeal', 'dismiss_appeal'] as const).map((action) => (
            <button key={action} type="button" onClick={() => onAct(action)}>
              {say(`attempts.action.${action}`)}
            </button>
          ))}
        </div>
      )}
      {!answer && !canAnswer && <p className="banner warn">{say('attempts.another_person')}</p>}
    </section>
  );
}

export function AppealState({ answer }: { answer: { upheld: boolean } | null }) {
  const say = useTexts();
  if (!answer) return <Badge tone="warn">{say('attempts.appeal_open')}</Badge>;
  return (
    <Badge tone={answer.upheld ? 'good' : 'bad'}>
      {say(answer.upheld ? 'attempts.appeal_upheld' : 'attempts.appeal_dismissed')}
    </Badge>
  );
}
