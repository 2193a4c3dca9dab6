import { isInProgress } from '../attempts/attempt.statuses.js';
import type { Actor } from '../origin.js';
import { Refusal } from '../refusal.js';
import type { AnyLearnerAtExamCommand } from './learner-at-exam.decider.js';
import type { LearnerAtExam } from './learner-at-exam.js';

/** A learner who takes an exam needs far fewer. */
export const changesPerMinute = 60;
export const changesPerExam = 3000;

/** A learner's changes at an exam: how many, and when the last ones were. */
export type LearnerChanges = { count: number; recent: readonly string[] };
export const noChanges: LearnerChanges = { count: 0, recent: [] };

type Change = { data: object; metadata: { actor: Actor; userId?: number } };

const isByLearner = (actor: Actor, userId?: number) => actor.kind === 'user' && actor.userId === userId;

export const countChange = (changes: LearnerChanges, { data, metadata: { actor, userId } }: Change): LearnerChanges =>
  isByLearner(actor, userId)
    ? { count: changes.count + 1, recent: [...changes.recent, (data as { at: string }).at].slice(-changesPerMinute) }
    : changes;

/**
 * Refuses a change by a learner who has made too many, because the log keeps each for ever. A running attempt can always
 * be submitted. Only the learner's own changes count.
 */
export const refuseTooManyChanges = (
  { count, recent }: LearnerChanges,
  state: LearnerAtExam,
  { type, learner, origin, data }: AnyLearnerAtExamCommand,
): void => {
  if (!isByLearner(origin.actor, learner.userId)) return;
  if (
    type === 'SubmitAttempt' &&
    state.attempts.some(({ id, status }) => id === data.attemptId && isInProgress(status))
  )
    return;
  if (count >= changesPerExam)
    throw new Refusal(
      'too_many_changes',
      `You have made ${count} changes at this exam, and no more are possible. Please contact the course team.`,
      24 * 60 * 60,
    );
  const oldest = recent.length < changesPerMinute ? undefined : recent[0];
  const seconds = oldest === undefined ? 0 : 60 - (Date.parse(data.at) - Date.parse(oldest)) / 1000;
  if (seconds > 0)
    throw new Refusal(
      'too_many_changes',
      `You have made ${changesPerMinute} changes at this exam within a minute. Please wait a moment and try again.`,
      Math.ceil(seconds),
    );
};
