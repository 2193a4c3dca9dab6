import type { AllowanceCommand } from '../allowances/allowance.commands.js';
import type { AllowanceEvent } from '../allowances/allowance.events.js';
import type { AppealCommand } from '../appeals/appeal.commands.js';
import type { AppealEvent } from '../appeals/appeal.events.js';
import type { AttemptCommand } from '../attempts/attempt.commands.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import type { RunningAttemptCommand } from '../attempts/running-attempt.commands.js';
import type { ControlAttempt } from '../controls/control.commands.js';
import type { ControlResultReceived } from '../controls/control.events.js';
import type { Decider } from '../decider.js';
import type { MessageEvent, SendMessage } from '../messages/message.js';
import type { ReviewCommand } from '../reviews/review.commands.js';
import type { ReviewEvent } from '../reviews/review.events.js';
import { allowanceDecisions, allowanceEvolution } from './allowance.decisions.js';
import { appealDecisions, appealEvolution } from './appeal.decisions.js';
import { attemptDecisions } from './attempt.decisions.js';
import { controlDecisions, controlEvolution } from './control.decisions.js';
import { emptyState, type LearnerAtExam, onAttempt } from './learner-at-exam.js';
import { reviewDecisions, reviewEvolution } from './review.decisions.js';
import { runningAttemptDecisions, runningAttemptEvolution } from './running-attempt.decisions.js';

export type LearnerAtExamEvent =
  | AttemptEvent
  | AllowanceEvent
  | ReviewEvent
  | AppealEvent
  | MessageEvent
  | ControlResultReceived;

export type AnyLearnerAtExamCommand =
  | AttemptCommand
  | RunningAttemptCommand
  | ReviewCommand
  | AllowanceCommand
  | AppealCommand
  | SendMessage
  | ControlAttempt;

/** The write side of one learner at one exam. */
export const learnerAtExam: Decider<LearnerAtExam, AnyLearnerAtExamCommand, LearnerAtExamEvent> = {
  initial: emptyState,

  decide: {
    ...attemptDecisions,
    ...runningAttemptDecisions,
    ...reviewDecisions,
    ...allowanceDecisions,
    ...appealDecisions,
    ...controlDecisions,
  },

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
    ...runningAttemptEvolution,
    ...reviewEvolution,
    ...allowanceEvolution,
    ...appealEvolution,
    ...controlEvolution,
  },
};
