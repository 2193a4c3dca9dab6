import type { Done } from '#commands';
import { allowedMinutesOf, expiryOf, isInProgress, Refusal, remainingSeconds } from '#domain';
import type { AttemptRecord } from '#read-models';
import { flag, integer, listOf, number, object, orNull, text, time } from '../document/schemas.js';

/** The attempt after the action. Without a result of the action it is the attempt as it is. `isKept`: the answer is stored. */
export const actionResultJson = (
  attempt: AttemptRecord,
  result: PromiseSettledResult<Done>,
  at: string,
  { seconds = null, isKept }: { seconds?: number | null; isKept: boolean },
) => {
  const isDone = result.status === 'fulfilled';
  const after = (isDone && result.value.state.attempts.find(({ id }) => id === attempt.id)) || attempt;
  const runs = isInProgress(after.status);
  return {
    attempt_id: attempt.id,
    exam_id: attempt.examId,
    user_id: attempt.userId,
    username: isKept ? null : attempt.user.username,
    status: after.status as string,
    is_paused: after.pausedAt !== null,
    ends_at: runs ? expiryOf(after) : null,
    time_remaining_seconds: runs ? remainingSeconds(after, at) : 0,
    allowed_time_limit_mins: allowedMinutesOf(after),
    completed_at: after.completedAt,
    seconds,
    changed: isDone && result.value.changed,
    refusal: isDone ? null : refusalJson(result.reason),
  };
};

const refusalJson = (error: unknown) =>
  error instanceof Refusal
    ? { code: error.code, detail: error.message }
    : { code: 'not_done', detail: 'This attempt could not be changed. Please try again.' };

export const noSuchAttemptJson = (attemptId: number) => ({
  attempt_id: attemptId,
  refusal: { code: 'attempt_not_found', detail: `There is no attempt ${attemptId} in this course.` },
});

const refusal = object<ReturnType<typeof refusalJson>>('RefusedAction', {
  code: { ...text, description: 'The same in every language' },
  detail: text,
});

export const actionAnswer = object('AttemptActionAnswer', {
  preview: { ...flag, description: 'True: nothing was changed' },
  grant_id: { ...orNull(text), description: 'Takes this extra time back from all attempts that got it' },
  changed: { ...integer, description: 'The number of attempts that are changed. The others are as wanted, or refused' },
  attempts: listOf(
    object<ReturnType<typeof actionResultJson>>('AttemptActionResult', {
      attempt_id: integer,
      exam_id: integer,
      user_id: integer,
      username: { ...orNull(text), description: 'Null with an Idempotency-Key, because the answer is then stored' },
      status: text,
      is_paused: flag,
      ends_at: { ...orNull(time), description: 'Null if the attempt is paused or over' },
      time_remaining_seconds: number,
      allowed_time_limit_mins: orNull(integer),
      completed_at: orNull(time),
      seconds: { ...orNull(integer), description: 'Of extra time; for an outage, the time that the attempt lost' },
      changed: flag,
      refusal: orNull(refusal),
    }),
  ),
  not_found: listOf(object<ReturnType<typeof noSuchAttemptJson>>('AttemptNotFound', { attempt_id: integer, refusal })),
});
