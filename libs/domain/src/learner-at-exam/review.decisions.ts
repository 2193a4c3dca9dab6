import type { Effect } from '../attempts/attempt.effects.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import { type Attempt, isAttemptEvent } from '../attempts/attempt.js';
import { isRejectable, isVerifiable } from '../attempts/attempt.statuses.js';
import type { LearnerAtExamCommand } from '../command.js';
import type { Handlers } from '../decider.js';
import { Refusal } from '../refusal.js';
import type { ReviewCommand } from '../reviews/review.commands.js';
import type { ReviewEvent } from '../reviews/review.events.js';
import { outcomeOf, type Review } from '../reviews/review.js';
import { leavesUnchanged, transition, transitionOnce } from './attempt.transitions.js';
import { attemptOf, type LearnerAtExam, wasEverSubmitted } from './learner-at-exam.js';

type Decided = (ReviewEvent | AttemptEvent)[];

export const reviewDecisions: Handlers<LearnerAtExam, ReviewCommand, Decided> = {
  ApplyReview: (state, command) => {
    const { facts, data } = command;
    const { attemptId, attemptCode, status, reviewedBy, sealed } = data;
    if (state.reviews[attemptId] && !facts.allowsReviewUpdates)
      throw new Refusal(
        'review_already_exists',
        `We already have a review submitted regarding attempt_code=${attemptCode}. We do not allow for updates! (backend=${facts.exam.backend})`,
      );
    const effects = status === 'Suspicious' && reviewedBy === null ? { effects: [supportNotice] } : {};
    const received: ReviewEvent = { type: 'ReviewReceived', data: { ...data, ...effects } };
    const before = state.reviews[attemptId];
    const isSame = before?.sealed === sealed && before.status === status && before.reviewedBy === reviewedBy;
    const attempt = state.attempts.find(({ id }) => id === attemptId);
    // The review of a removed attempt is kept and has no consequences (domain.md §8.4).
    if (!attempt) return isSame ? [] : [received];
    const consequences = consequencesOf(state, attempt, { status, reviewedBy }, command);
    const isRepeated = isSame && consequences.every(isAttemptEvent) && leavesUnchanged(state, attempt, consequences);
    return isRepeated ? [] : [received, ...consequences];
  },

  ReapplyReview: (state, command) => {
    const { attemptId } = command.data;
    const review = state.reviews[attemptId];
    if (!review) throw new Refusal('review_not_found', `There is no review of attempt ${attemptId}.`);
    return consequencesOf(state, attemptOf(state, attemptId), review, command);
  },

  RejectAttempt: (state, command) => {
    const { attemptId, rejectedBy, fromAnyStatus } = command.data;
    const attempt = attemptOf(state, attemptId);
    if (!fromAnyStatus && !isRejectable(attempt.status))
      throw new Refusal('attempt_not_rejectable', `An attempt that is ${attempt.status} cannot be rejected.`);
    if (needsSecondPerson(attempt, command) && state.proposals[attemptId] === rejectedBy)
      throw new Refusal(
        'rejection_needs_another_person',
        'You proposed to reject it. Another person must confirm that.',
      );
    return reject(state, attempt, command, rejectedBy, command.sealed);
  },

  VerifyAttempt: (state, command) => {
    const { attemptId, verifiedBy, fromAnyStatus } = command.data;
    const attempt = attemptOf(state, attemptId);
    if (!fromAnyStatus && !isVerifiable(attempt.status))
      throw new Refusal('attempt_not_verifiable', `An attempt that is ${attempt.status} cannot be verified.`);
    if (!fromAnyStatus && verifiedBy === command.learner.userId)
      throw new Refusal('own_attempt', 'This is your own attempt, so another person must verify it.');
    if (state.appeals[attemptId]?.answer === null)
      throw new Refusal('appeal_is_open', 'The learner has appealed. Please answer the appeal.');
    return transition(state, attempt, 'verified', command, { sealed: command.sealed });
  },
};

const consequencesOf = (
  state: LearnerAtExam,
  attempt: Attempt,
  review: Review,
  command: LearnerAtExamCommand,
): Decided => {
  // A new attempt has taken its place (release-6.1.md §3, B1).
  if (attempt.status === 'onboarding_reset') return [];
  const { facts } = command;
  const outcome = outcomeOf(review, {
    passingStatuses: facts.backend?.passingStatuses ?? [],
    requiresSecondReview: facts.requiresSecondReview,
    supportsOnboarding: facts.backend?.supportsOnboarding ?? false,
    isSampleAttempt: attempt.isSampleAttempt,
    lacksSubmission: facts.release.passNeedsSubmission && !wasEverSubmitted(state, attempt),
  });
  if (outcome === 'rejected') return reject(state, attempt, command, review.reviewedBy);
  return transition(state, attempt, outcome, command);
};

/** A course may demand that two people agree to a rejection, except at practice and onboarding exams. */
const needsSecondPerson = (attempt: Attempt, { facts }: LearnerAtExamCommand) =>
  facts.demandsSecondPerson && !attempt.isSampleAttempt && attempt.status !== 'rejected';

/** Rejects the attempt, or proposes it if a second person must agree. `reviewer` is null if no person judged. */
const reject = (
  state: LearnerAtExam,
  attempt: Attempt,
  command: LearnerAtExamCommand,
  reviewer: number | null,
  sealed?: string,
): Decided => {
  const proposedBy = state.proposals[attempt.id];
  const isSecond = reviewer !== null && proposedBy !== undefined && reviewer !== proposedBy;
  if (isSecond || !needsSecondPerson(attempt, command))
    return transition(state, attempt, 'rejected', command, { reviewer, sealed });
  const waiting = transitionOnce(state, attempt, 'second_review_required', command);
  if (reviewer === null || reviewer === proposedBy) return waiting;
  const reason = sealed === undefined ? {} : { sealed };
  const data = { attemptId: attempt.id, proposedBy: reviewer, ...reason, at: command.data.at };
  return [{ type: 'RejectionProposed', data }, ...waiting];
};

/** Course staff should look at a review that no person made (domain.md §9.5). */
const supportNotice: Effect = { kind: 'support_notice', about: 'suspicious_review' };

export const reviewEvolution: Handlers<LearnerAtExam, ReviewEvent, LearnerAtExam> = {
  ReviewReceived: (state, { data: { attemptId, status, reviewedBy, sealed } }) => ({
    ...state,
    reviews: { ...state.reviews, [attemptId]: { status, reviewedBy, sealed } },
  }),
  RejectionProposed: (state, { data: { attemptId, proposedBy } }) => ({
    ...state,
    proposals: { ...state.proposals, [attemptId]: proposedBy },
  }),
};
