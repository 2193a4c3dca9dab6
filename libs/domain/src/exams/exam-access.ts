import type { Status } from '../attempts/attempt.statuses.js';
import { isReached, remainingSeconds, type Timing } from '../attempts/attempt.time.js';

/** The longest life of an access token, in seconds. */
const tokenSeconds = 60;

type Asked = {
  isStaff: boolean;
  /** The learner's attempt at the exam, if there is one. */
  attempt?: Timing & { status: Status };
  exam: { dueAt: string | null; hideAfterDue: boolean };
  at: string;
};

/**
 * The seconds for which the LMS may show the exam's content; undefined if it may not (edx-exams.md §5.4). After the due date
 * `hideAfterDue` counts for every learner, also without an attempt (H4).
 */
export const secondsOfExamAccess = ({ isStaff, attempt, exam, at }: Asked): number | undefined => {
  if (isStaff) return tokenSeconds;
  if (isReached(exam.dueAt, at)) {
    const mayLookBack = !exam.hideAfterDue && (!attempt || isWithResult(attempt.status));
    return mayLookBack ? tokenSeconds : undefined;
  }
  if (attempt?.status !== 'started' || attempt.pausedAt !== null) return undefined;
  const seconds = Math.min(tokenSeconds, remainingSeconds(attempt, at));
  return seconds > 0 ? seconds : undefined;
};

const isWithResult = (status: Status) => ['submitted', 'timed_out', 'verified'].includes(status);
