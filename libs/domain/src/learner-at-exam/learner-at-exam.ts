import { type Allowance, additionalMinutesOf } from '../allowances/allowance.js';
import type { Appeal } from '../appeals/appeal.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import { type Attempt, evolveAttempt, generationOf } from '../attempts/attempt.js';
import { type AllowedTime, allowedTime } from '../attempts/attempt.time.js';
import type { Grant } from '../attempts/running-attempt.events.js';
import type { Facts } from '../exams/exam.facts.js';
import { Refusal } from '../refusal.js';
import type { Review } from '../reviews/review.js';

/** One learner at one exam, which is one stream: the attempts (oldest first), allowances, reviews, appeals, extra time and controls. */
export type LearnerAtExam = {
  attempts: readonly Attempt[];
  allowances: readonly Allowance[];
  reviews: { readonly [attemptId: number]: Review };
  /** The person who proposed to reject an attempt, until there is a judgement. */
  proposals: { readonly [attemptId: number]: number };
  appeals: { readonly [attemptId: number]: Appeal };
  grants: { readonly [attemptId: number]: readonly Grant[] };
  /** The ids of the control results that tools sent. */
  controls: { readonly [attemptId: number]: readonly string[] };
  /** The attempts that were `timed_out` once. */
  timedOut: readonly number[];
};

export const emptyState: LearnerAtExam = {
  attempts: [],
  allowances: [],
  reviews: {},
  proposals: {},
  appeals: {},
  grants: {},
  controls: {},
  timedOut: [],
};

export const onAttempt = (state: LearnerAtExam, event: AttemptEvent): LearnerAtExam => {
  const before = state.attempts.find(({ id }) => id === event.data.attemptId);
  const after = evolveAttempt(before, event);
  const attempts = before
    ? state.attempts.flatMap((attempt) => (attempt !== before ? attempt : (after ?? [])))
    : [...state.attempts, after!];
  const isTimedOut = after?.status === 'timed_out' && !state.timedOut.includes(after.id);
  const timedOut = isTimedOut ? [...state.timedOut, after.id] : state.timedOut;
  if (event.type !== 'AttemptVerified' && event.type !== 'AttemptRejected') return { ...state, attempts, timedOut };
  const { [event.data.attemptId]: _, ...proposals } = state.proposals;
  return { ...state, attempts, timedOut, proposals };
};

/** The learner's newest attempt at the exam's current generation. */
export const currentAttempt = (state: LearnerAtExam, { exam }: Pick<Facts, 'exam'>): Attempt | undefined =>
  state.attempts.findLast((attempt) => generationOf(attempt) === exam.generationId);

/** @throws Refusal attempt_not_found */
export const attemptOf = (state: LearnerAtExam, attemptId: number): Attempt => {
  const attempt = state.attempts.find(({ id }) => id === attemptId);
  if (attempt) return attempt;
  throw new Refusal('attempt_not_found', `There is no attempt ${attemptId}.`);
};

/** The learner once submitted the attempt, or its time was over. Its status may be another now (release-6.1.md §2, R2). */
export const wasEverSubmitted = ({ timedOut }: LearnerAtExam, { id, completedAt }: Attempt): boolean =>
  completedAt !== null || timedOut.includes(id);

/** The time that the learner would get when starting at `at` (domain.md §3.5). */
export const allowedTimeOf = (state: LearnerAtExam, facts: Facts, at: string): AllowedTime =>
  allowedTime({
    limitMinutes: facts.exam.timeLimitMins,
    additionalMinutes: additionalMinutesOf(state.allowances),
    carriedSeconds: currentAttempt(state, facts)?.timeRemainingSeconds ?? null,
    dueAt: facts.dueAt,
    at,
  });
