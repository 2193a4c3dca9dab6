import type { Actor } from '../origin.js';

type Recorded = { type: string; data: object; metadata: { actor: Actor; userId?: number } };
type Judging = Recorded & { data: { attemptId: number; reviewedBy?: number | null; at: string } };

/** The last judgement that failed an attempt, and all users who have judged the attempt so far. */
export type Judgement = { at: string; isOfOthers: boolean; judges: readonly number[] };

const failures = ['AttemptRejected', 'AttemptErrored'];
const judging = [
  ...failures,
  'ReviewReceived',
  'RejectionProposed',
  'SecondReviewRequired',
  'AttemptVerified',
  'AttemptStatusOverridden',
  'AppealUpheld',
  'AppealDismissed',
];

/** Undefined if the attempt never was rejected or in error. */
export const judgementOf = (history: readonly Recorded[], attemptId: number): Judgement | undefined => {
  const events = (history as readonly Judging[]).filter(
    ({ type, data }) => judging.includes(type) && data.attemptId === attemptId,
  );
  const failure = events.findLast(({ type }) => failures.includes(type));
  if (!failure) return undefined;
  return {
    at: failure.data.at,
    isOfOthers: failure.metadata.actor.kind !== 'clock' && !isByLearner(failure),
    judges: [...new Set(events.flatMap(judgesIn))],
  };
};

const isByLearner = ({ metadata: { actor, userId } }: Judging) => actor.kind === 'user' && actor.userId === userId;

/** The reviewer and the sender. If a review names no reviewer, its sender is the judge. */
const judgesIn = (event: Judging): number[] => {
  const { actor } = event.metadata;
  const sender = actor.kind === 'user' && !isByLearner(event) ? [actor.userId] : [];
  return typeof event.data.reviewedBy === 'number' ? [...sender, event.data.reviewedBy] : sender;
};
