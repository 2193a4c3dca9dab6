import { useState } from 'react';
import { Confirm } from '../../kit/dialog.js';
import { TextArea } from '../../kit/fields.js';
import { useNotice } from '../../kit/notices.js';
import { useTexts } from '../../kit/texts.js';
import { useMe } from '../../session/session.js';
import { type DeadLetter, useRetry, useSkip } from './queries.js';

/** Only superusers retry and skip; others see no buttons. */
export function LetterActions({ letter }: { letter: DeadLetter }) {
  const say = useTexts();
  const [open, setOpen] = useState<'retry' | 'skip'>();
  const { is_superuser } = useMe();
  if (!is_superuser) return null;
  const close = () => setOpen(undefined);
  return (
    <div className="buttons">
      <button type="button" className="compact" onClick={() => setOpen('retry')}>
        {say('operations.retry')}
      </button>
      <button type="button" className="compact danger" onClick={() => setOpen('skip')}>
        {say('operations.skip')}
      </button>
      {open === 'retry' && <Retry subscription={letter.subscription} orderingKey={letter.ordering_key} close={close} />}
      {open === 'skip' && <Skip letter={letter} close={close} />}
    </div>
  );
}

type RetryProps = { subscription: string; orderingKey?: string; close: () => void };

/** Without an ordering key it is about all dead letters of the subscription. */
export function Retry({ subscription, orderingKey, close }: RetryProps) {
  const notify = useNotice();
  const say = useTexts();
  const { mutate, isPending, error } = useRetry(() => {
    notify(say('operations.asked'));
    close();
  });
  return (
    <Confirm
      title={say(orderingKey ? 'operations.retry_title' : 'operations.retry_all_title')}
      action={say('operations.retry')}
      isBusy={isPending}
      error={error}
      confirm={() => mutate({ subscription, ordering_key: orderingKey })}
      close={close}
    >
      <p>
        {say(orderingKey ? 'operations.retry_consequence' : 'operations.retry_all_consequence', {
          subscription,
          key: orderingKey ?? '',
        })}
      </p>
    </Confirm>
  );
}

/** The text of what is lost when a letter of this subscription is skipped. */
const lossOf = (subscription: string) =>
  ['kafka', 'mail'].includes(subscription) ? `operations.loss.${subscription}` : 'operations.loss.provider';

function Skip({ letter, close }: { letter: DeadLetter; close: () => void }) {
  const { subscription, event_id: eventId, type, user_id } = letter;
  const [reason, setReason] = useState('');
  const notify = useNotice();
  const say = useTexts();
  const { mutate, isPending, error } = useSkip(() => {
    notify(say('operations.asked'));
    close();
  });
  return (
    <Confirm
      title={say('operations.skip_title')}
      action={say('operations.skip')}
      isDangerous
      isBusy={isPending}
      isReady={reason.trim() !== ''}
      error={error}
      confirm={() => mutate({ eventId, subscription, reason })}
      close={close}
    >
      <p>{say('operations.skip_about', { type, user: user_id === null ? '–' : String(user_id), subscription })}</p>
      <p className="banner bad">{say(lossOf(subscription))}</p>
      <TextArea
        label={say('operations.reason')}
        hint={say('operations.reason_hint')}
        maxLength={255}
        required
        value={reason}
        onChange={setReason}
      />
    </Confirm>
  );
}
