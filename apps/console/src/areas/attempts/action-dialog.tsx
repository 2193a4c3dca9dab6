import { useState } from 'react';
import { FormattedMessage } from 'react-intl';
import { Confirm } from '../../kit/dialog.js';
import { TextArea } from '../../kit/fields.js';
import { StatusBadge } from '../../kit/status-badge.js';
import { useTexts } from '../../kit/texts.js';
import { Effects } from './effects.js';
import { type ActionName, type Details, isDangerous, useAct } from './queries.js';

const withReason: readonly ActionName[] = ['verify', 'reject', 'uphold_appeal', 'dismiss_appeal'];

type Props = { details: Details; action: ActionName; done: (action: ActionName) => void; close: () => void };

/** Asks before an action. The service says what follows from it, so nothing is guessed here. */
export function ActionDialog({ details, action, done, close }: Props) {
  const say = useTexts();
  const [reason, setReason] = useState('');
  const { mutate, isPending, error } = useAct(details, done);
  const { attempt, actions, attempts } = details;
  const asked = actions.find((each) => each.action === action);
  const values = {
    ...attempt.user,
    exam: attempt.proctored_exam.exam_name,
    count: attempts.length,
    minutes: Math.floor((attempt.time_remaining_seconds ?? 0) / 60),
  };
  const needsReason = withReason.includes(action);
  const isProposal = action === 'reject' && asked?.status_after === 'second_review_required';
  return (
    <Confirm
      title={<FormattedMessage id={`attempts.ask.${action}`} values={values} />}
      action={say(isProposal ? 'attempts.action.propose' : `attempts.action.${action}`)}
      isDangerous={isDangerous(action)}
      isBusy={isPending}
      isReady={!needsReason || reason.trim() !== ''}
      error={error}
      confirm={() => mutate({ action, reason: reason.trim() })}
      close={close}
    >
      <p>
        <FormattedMessage id={isProposal ? 'attempts.what.propose' : `attempts.what.${action}`} values={values} />
      </p>
      {asked?.status_after && asked.status_after !== attempt.status && (
        <p className="row">
          <StatusBadge status={attempt.status} />
          <span aria-hidden="true">→</span>
          <StatusBadge status={asked.status_after} />
        </p>
      )}
      {asked && <Effects effects={asked.effects} learner={attempt.user.username} />}
      {needsReason && (
        <TextArea
          label={say('attempts.reason')}
          hint={say('attempts.reason_hint')}
          value={reason}
          onChange={setReason}
          maxLength={10_000}
          required
        />
      )}
    </Confirm>
  );
}
