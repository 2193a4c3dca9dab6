import type { Shape } from '../../api/client.js';
import { useTexts } from '../../kit/texts.js';

type Effect = Shape<'Effect'>;

/** The id of the sentence about an effect. A signal about names is of no use to people. */
function sentenceOf(effect: Effect): string | undefined {
  switch (effect.kind) {
    case 'status_signal':
      return undefined;
    case 'credit':
      return `credit.${effect.status}`;
    case 'mail':
      return 'mail';
    case 'support_notice':
      return 'support_notice';
    default:
      return `${effect.kind}.${effect.action}`;
  }
}

/** Sentences about all that happens outside the service. */
export function Effects({ effects, learner }: { effects: readonly Effect[]; learner: string }) {
  const say = useTexts();
  const sentences = [...new Set(effects.flatMap((effect) => sentenceOf(effect) ?? []))];
  if (sentences.length === 0) return <p className="quiet">{say('attempts.effect.none')}</p>;
  return (
    <div className="stack-tight">
      <p>{say('attempts.effects')}</p>
      <ul>
        {sentences.map((id) => (
          <li key={id}>{say(`attempts.effect.${id}`, { learner })}</li>
        ))}
      </ul>
    </div>
  );
}
