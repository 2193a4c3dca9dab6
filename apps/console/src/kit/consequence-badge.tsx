import { FormattedMessage } from 'react-intl';
import type { Shape } from '../api/client.js';
import { Badge, type Tone } from './status-badge.js';

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
  return (
    <Badge tone={tones[state]}>
      <FormattedMessage id={`consequence.state.${state}`} />
    </Badge>
  );
}
