import { LearnerAtExamCommand } from '../command.js';
import type { OnboardingError, Status } from './attempt.statuses.js';

/** A provider's answer to the registration of an attempt; null for an attempt that is not proctored. */
export type Registration = { externalId: string | null } | { onboardingError: OnboardingError } | null;

/** A command that creates an attempt: its id, its code and its registration are made by the handler. */
export abstract class NewAttemptCommand<Data extends object = object> extends LearnerAtExamCommand<Data> {
  attempt: { id: number; code: string; registration: Registration };
}

/** `evenPastDue`: a declined prerequisite declines the exam whenever it is noticed. */
export class CreateAttempt extends NewAttemptCommand<{
  takingAsProctored: boolean;
  startClock: boolean;
  evenPastDue?: boolean;
}> {
  readonly type = 'CreateAttempt';
}

/** Starts the learner's current attempt, whichever that is (domain.md §2.7). */
export class StartAttempt extends LearnerAtExamCommand {
  readonly type = 'StartAttempt';
}

type OneAttempt = { attemptId: number };

export class StopAttempt extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'StopAttempt';
}

export class SubmitAttempt extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'SubmitAttempt';
}

export class DeclineAttempt extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'DeclineAttempt';
}

/** The learner declined proctoring in another exam of the course (domain.md §2.8). */
export class CascadeDecline extends NewAttemptCommand<{ cascadedFrom: number }> {
  readonly type = 'CascadeDecline';
}

export class ClickSoftwareDownload extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'ClickSoftwareDownload';
}

/** The learner's set-up is done: the provider says so, or the learner came in through a secure browser. */
export class ReadyAttempt extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'ReadyAttempt';
}

/** The learner's browser reports that proctoring failed. */
export class ReportError extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'ReportError';
}

export class MarkReadyToResume extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'MarkReadyToResume';
}

/** Gives the learner a fresh try at a practice exam (domain.md §3.7). */
export class ResetPracticeAttempt extends NewAttemptCommand {
  readonly type = 'ResetPracticeAttempt';
}

export class RemoveAttempt extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'RemoveAttempt';
}

/** Takes all of a learner's attempts at an exam away, as one change. */
export class RemoveAllAttempts extends LearnerAtExamCommand {
  readonly type = 'RemoveAllAttempts';
}

/** The learner completed onboarding: attempts that were blocked for the lack of it go (domain.md §7.6). */
export class ClearOnboardingErrors extends LearnerAtExamCommand {
  readonly type = 'ClearOnboardingErrors';
}

/** Submits an attempt whose time is over; harmless before that (domain.md §4.4). */
export class TimeOutAttempt extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'TimeOutAttempt';
}

export class AcknowledgeReviewStatus extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'AcknowledgeReviewStatus';
}

/** An operator's correction: any status, by the rule and with the effects of every other change. */
export class SetAttemptStatus extends LearnerAtExamCommand<OneAttempt & { status: Status }> {
  readonly type = 'SetAttemptStatus';
}

export type AttemptCommand =
  | CreateAttempt
  | StartAttempt
  | StopAttempt
  | SubmitAttempt
  | DeclineAttempt
  | CascadeDecline
  | ClickSoftwareDownload
  | ReadyAttempt
  | ReportError
  | MarkReadyToResume
  | ResetPracticeAttempt
  | RemoveAttempt
  | RemoveAllAttempts
  | ClearOnboardingErrors
  | TimeOutAttempt
  | AcknowledgeReviewStatus
  | SetAttemptStatus;
