import type { Shape } from '../api/client.js';
import { Badge, type Tone } from './status-badge.js';
import { useTexts } from './texts.js';

type State = Shape<'Consequence'>['state'];

const tones: Record<State, Tone> = {
  done: 'good',
  not_sent: 'warn',
  dead_letter: 'bad',
  waiting: 'busy',
  no_record: 'idle',
};

/** The state of a message, mail or provider notification that followed from an event. */
export function ConsequenceBadge({ state }: { state: State }) {
  const say = useTexts();
  return <Badge tone={tones[state]}>{say(`consequence.state.${state}`)}</Badge>;
}
