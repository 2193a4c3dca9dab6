import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FormattedMessage } from 'react-intl';
import { api, type Shape, unwrap } from '../../api/client.js';
import { Confirm } from '../../kit/dialog.js';
import { nameOf } from '../../kit/learner-name.js';
import { useNotice } from '../../kit/notices.js';
import { useTexts } from '../../kit/texts.js';

/** Removes a learner's attempts at the onboarding exams of the course. */
export function Reset({ row, close }: { row: Shape<'LearnerOnboarding'>; close: () => void }) {
  const { learner, exam_ids: examIds, status } = row;
  const queries = useQueryClient();
  const say = useTexts();
  const notify = useNotice();
  const name = nameOf(learner);
  const reset = useMutation({
    mutationFn: async () => {
      for (const examId of examIds)
        await unwrap(
          api.DELETE('/api/edx_proctoring/v1/proctored_exam/exam_id/{examId}/user_id/{userId}/reset_attempts', {
            params: { path: { examId, userId: learner.id } },
          }),
        );
    },
    onSuccess: () => {
      notify(say('onboarding.was_reset', { learner: name }));
      close();
    },
    // A refusal may come after a part is done.
    onSettled: () => queries.invalidateQueries({ queryKey: ['onboarding'] }),
  });
  return (
    <Confirm
      title={say('onboarding.reset_title')}
      action={say('onboarding.reset')}
      isDangerous
      isBusy={reset.isPending}
      error={reset.error}
      confirm={reset.mutate}
      close={close}
    >
      <p>
        <FormattedMessage id="onboarding.reset_whom" values={{ learner: name }} />
      </p>
      {status === 'verified' && (
        <p className="banner warn">
          <FormattedMessage id="onboarding.reset_approved" values={{ learner: name }} />
        </p>
      )}
      <p>{say('onboarding.reset_next', { learner: name })}</p>
    </Confirm>
  );
}
