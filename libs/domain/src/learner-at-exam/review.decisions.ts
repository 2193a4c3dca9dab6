import type { Effect } from '../attempts/attempt.effects.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import type { Attempt } from '../attempts/attempt.js';
import type { LearnerAtExamCommand } from '../command.js';
import type { Handlers } from '../decider.js';
import { Refusal } from '../refusal.js';
import type { ReviewCommand } from '../reviews/review.commands.js';
import type { ReviewEvent } from '../reviews/review.events.js';
import { outcomeOf, type Review } from '../reviews/review.js';
import { leavesUnchanged, transition } from './attempt.transitions.js';
import { attemptOf, type LearnerAtExam } from './learner-at-exam.js';

export const reviewDecisions: Handlers<LearnerAtExam, ReviewCommand, (ReviewEvent | AttemptEvent)[]> = {
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
    return isSame && leavesUnchanged(state, attempt, consequences) ? [] : [received, ...consequences];
  },

  ReapplyReview: (state, command) => {
    const { attemptId } = command.data;
    const review = state.reviews[attemptId];
    if (!review) throw new Refusal('review_not_found', `There is no review of attempt ${attemptId}.`);
    return consequencesOf(state, attemptOf(state, attemptId), review, command);
  },
};

const consequencesOf = (
  state: LearnerAtExam,
  attempt: Attempt,
  review: Review,
  command: LearnerAtExamCommand,
): AttemptEvent[] => {
  const { facts } = command;
  const outcome = outcomeOf(review, {
    passingStatuses: facts.backend?.passingStatuses ?? [],
    requiresSecondReview: facts.requiresSecondReview,
    supportsOnboarding: facts.backend?.supportsOnboarding ?? false,
    isSampleAttempt: attempt.isSampleAttempt,
  });
  return transition(state, attempt, outcome, command, { reviewer: review.reviewedBy });
};

/** Course staff should look at a review that no person made (domain.md §9.5). */
const supportNotice: Effect = { kind: 'support_notice', about: 'suspicious_review' };

export const reviewEvolution: Handlers<LearnerAtExam, ReviewEvent, LearnerAtExam> = {
  ReviewReceived: (state, { data: { attemptId, status, reviewedBy, sealed } }) => ({
    ...state,
    reviews: { ...state.reviews, [attemptId]: { status, reviewedBy, sealed } },
  }),
};
