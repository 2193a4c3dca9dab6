import type { Attempt } from '../attempts/attempt.js';
import { isIncomplete, isInProgress } from '../attempts/attempt.statuses.js';
import { allowedMinutesOf, allowedTime } from '../attempts/attempt.time.js';
import type { AllowanceType } from './allowance.js';

/** The part of the learner's newest attempt at an exam on which the effect of an allowance depends. */
type NewestAttempt = Pick<Attempt, 'status' | 'allowedTimeLimitMins' | 'extraSeconds' | 'timeRemainingSeconds'>;

/**
 * Whether a new allowance counts (domain.md §5.5). `counts`: at the next start or registration. `attempt_keeps`: the attempt
 * that began keeps its minutes and its rules. `carried_time`: the resumed attempt has the seconds that were left, and no
 * additional time. `attempt_is_over`: only a further attempt has it.
 */
export const allowanceEffects = ['counts', 'attempt_keeps', 'carried_time', 'attempt_is_over'] as const;
export type AllowanceEffect = (typeof allowanceEffects)[number];

export const allowanceEffectOf = (type: AllowanceType, attempt: NewestAttempt | undefined): AllowanceEffect => {
  if (!attempt) return 'counts';
  const isTime = type !== 'review_policy_exception';
  if (isTime ? isInProgress(attempt.status) : isIncomplete(attempt.status)) return 'attempt_keeps';
  if (isTime && carriedSecondsOf(attempt)) return 'carried_time';
  return isIncomplete(attempt.status) ? 'counts' : 'attempt_is_over';
};

/** The minutes of the running attempt with its extra time, else those of the next start. The due date may shorten these. */
export const minutesOfLearner = (
  limitMinutes: number,
  additionalMinutes: number,
  attempt: NewestAttempt | undefined,
): number => {
  if (attempt && isInProgress(attempt.status)) return allowedMinutesOf(attempt) ?? 0;
  const carriedSeconds = attempt ? carriedSecondsOf(attempt) : null;
  return allowedTime({ limitMinutes, additionalMinutes, carriedSeconds, dueAt: null, at: '' }).minutes;
};

/** The seconds that a resumed attempt has, or would have. An attempt that ended in another way gives none to the next. */
const carriedSecondsOf = ({ status, timeRemainingSeconds }: NewestAttempt) =>
  isIncomplete(status) || status === 'error' ? timeRemainingSeconds : null;

/** The additional minutes after this allowance is granted. */
export const additionalMinutesAfter = (type: AllowanceType, before: number, value: string): number =>
  type === 'review_policy_exception' ? before : Number(value);
