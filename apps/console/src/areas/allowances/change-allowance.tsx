import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { FormattedMessage } from 'react-intl';
import { ApiError, api, unwrap } from '../../api/client.js';
import { Confirm } from '../../kit/dialog.js';
import { nameOf } from '../../kit/learner-name.js';
import { useNotice } from '../../kit/notices.js';
import { useTexts } from '../../kit/texts.js';
import { useCourse } from '../../shell/course.js';
import { isAllowed, isTime, type Kind, KindName, type OfLearner } from './kinds.js';
import { useRefusal } from './refusal.js';
import { ValueField } from './value-field.js';

/** Grants a learner an allowance at one exam. A refusal of the one is an error. */
function useGrantOne({ learner, allowance }: OfLearner) {
  const courseId = useCourse();
  const refusal = useRefusal();
  return async (value: string) => {
    const allowance_type = allowance.key as Kind;
    const body = { exam_ids: [allowance.exam_id], learners: [learner.username], allowance_type, value };
    const path = { courseId };
    const { results } = await unwrap(
      api.POST('/api/exams/v1/courses/{courseId}/allowances', { params: { path }, body }),
    );
    const problem = results[0]?.problem;
    if (!problem) return;
    throw new ApiError(409, refusal(problem));
  };
}

type Props = OfLearner & { close: () => void };

export function ChangeAllowance({ learner, allowance, close }: Props) {
  const kind = allowance.key as Kind;
  const [value, setValue] = useState(allowance.value);
  const grant = useGrantOne({ learner, allowance });
  const say = useTexts();
  const queries = useQueryClient();
  const notify = useNotice();
  const change = useMutation({
    mutationFn: () => grant(value),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['allowances'] });
      notify(say('allowances.saved', { learner: nameOf(learner) }));
      close();
    },
  });
  const limit = allowance.time_limit_mins;
  return (
    <Confirm
      title={say('allowances.edit_title')}
      action={say('allowances.save')}
      isReady={isAllowed[kind](value) && value !== allowance.value}
      isBusy={change.isPending}
      error={change.error}
      confirm={change.mutate}
      close={close}
    >
      <p>
        <FormattedMessage id="allowances.edit_whom" values={{ learner: nameOf(learner), exam: allowance.exam_name }} />
      </p>
      <ValueField kind={kind} value={value} onChange={setValue} />
      {isTime(kind) && (
        <p className="quiet" role="status">
          {isAllowed[kind](value) && say('allowances.of_minutes', { before: limit, after: limit + Number(value) })}
        </p>
      )}
      {isTime(kind) && <p className="quiet small">{say('allowances.running_keeps')}</p>}
    </Confirm>
  );
}

export function RemoveAllowance({ learner, allowance, close }: Props) {
  const say = useTexts();
  const queries = useQueryClient();
  const notify = useNotice();
  const grant = useGrantOne({ learner, allowance });
  const refresh = () => queries.invalidateQueries({ queryKey: ['allowances'] });
  const canUndo = allowance.is_active && allowance.value !== '';
  const undo = () => void grant(allowance.value).then(refresh, (error: ApiError) => notify(error.detail));
  const remove = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE('/api/edx_proctoring/v1/proctored_exam/allowance', {
          body: { exam_id: allowance.exam_id, user_id: learner.id, key: allowance.key },
        }),
      ),
    onSuccess: async () => {
      await refresh();
      const text = say('allowances.removed', { learner: nameOf(learner) });
      notify(text, canUndo ? undo : undefined);
      close();
    },
  });
  const { key, value, exam_name: exam, time_limit_mins: limit } = allowance;
  return (
    <Confirm
      title={say('allowances.remove_title')}
      action={say('allowances.remove')}
      isDangerous
      isBusy={remove.isPending}
      error={remove.error}
      confirm={remove.mutate}
      close={close}
    >
      <p>
        {isTime(key) ? (
          <FormattedMessage
            id="allowances.remove_time"
            values={{ learner: nameOf(learner), exam, minutes: Number(value), limit }}
          />
        ) : (
          <FormattedMessage
            id="allowances.remove_other"
            values={{
              learner: nameOf(learner),
              exam,
              kind: <KindName name={key} />,
            }}
          />
        )}
      </p>
      {isTime(key) && <p className="quiet small">{say('allowances.running_keeps')}</p>}
    </Confirm>
  );
}
