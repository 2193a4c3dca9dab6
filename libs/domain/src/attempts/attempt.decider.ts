import { allowanceDecisions, allowanceEvolution } from '../allowances/allowance.decisions.js';
import type { AllowanceEvent } from '../allowances/allowance.events.js';
import type { Decider } from '../decider.js';
import { reviewDecisions, reviewEvolution } from '../reviews/review.decisions.js';
import type { ReviewEvent } from '../reviews/review.events.js';
import type { AnyAttemptCommand } from './attempt.commands.js';
import { attemptDecisions } from './attempt.decisions.js';
import type { AttemptEvent } from './attempt.events.js';
import { type LearnerAtExam, nothingYet, onAttempt } from './learner-at-exam.js';

export type LearnerAtExamEvent = AttemptEvent | AllowanceEvent | ReviewEvent;

/** The write side of one learner at one exam. */
export const learnerAtExam: Decider<LearnerAtExam, AnyAttemptCommand, LearnerAtExamEvent> = {
  initial: nothingYet,

  decide: { ...attemptDecisions, ...reviewDecisions, ...allowanceDecisions },

  evolve: {
    AttemptCreated: onAttempt,
    SoftwareDownloadClicked: onAttempt,
    AttemptReadied: onAttempt,
    AttemptStarted: onAttempt,
    AttemptContinued: onAttempt,
    AttemptStopped: onAttempt,
    AttemptSubmitted: onAttempt,
    AttemptTimedOut: onAttempt,
    AttemptDeclined: onAttempt,
    AttemptErrored: onAttempt,
    SecondReviewRequired: onAttempt,
    AttemptVerified: onAttempt,
    AttemptRejected: onAttempt,
    AttemptStatusOverridden: onAttempt,
    AttemptMarkedReadyToResume: onAttempt,
    AttemptResumed: onAttempt,
    PracticeAttemptReset: onAttempt,
    ReviewStatusAcknowledged: onAttempt,
    AttemptRemoved: onAttempt,
    ...reviewEvolution,
    ...allowanceEvolution,
  },
};
