import type { Facts } from '../exams/exam.facts.js';
import type { Origin } from '../origin.js';
import type { OnboardingError, Status } from './attempt.statuses.js';

/**
 * A request about one learner at one exam. `at` is the time of the request; `facts`, and whatever else a command declares
 * beside its data, is looked up and added by the handler before the decision.
 */
export abstract class AttemptCommand<Data extends object = object> {
  abstract readonly type: string;
  facts: Facts;
  readonly learner: { examId: number; userId: number };

  constructor(
    { examId, userId }: { examId: number; userId: number },
    readonly data: Data & { at: string },
    readonly origin: Origin,
  ) {
    this.learner = { examId, userId };
  }
}

/** What a provider answered to the registration of an attempt; null for an attempt that is not proctored. */
export type Registration = { externalId: string | null } | { onboardingError: OnboardingError } | null;

/** A command that creates an attempt: its id, its code and its registration are made by the handler. */
export abstract class NewAttemptCommand<Data extends object = object> extends AttemptCommand<Data> {
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
export class StartAttempt extends AttemptCommand {
  readonly type = 'StartAttempt';
}

type OneAttempt = { attemptId: number };

export class StopAttempt extends AttemptCommand<OneAttempt> {
  readonly type = 'StopAttempt';
}

export class SubmitAttempt extends AttemptCommand<OneAttempt> {
  readonly type = 'SubmitAttempt';
}

export class DeclineAttempt extends AttemptCommand<OneAttempt> {
  readonly type = 'DeclineAttempt';
}

/** The learner declined proctoring in another exam of the course (domain.md §2.8). */
export class CascadeDecline extends NewAttemptCommand<{ cascadedFrom: number }> {
  readonly type = 'CascadeDecline';
}

export class ClickSoftwareDownload extends AttemptCommand<OneAttempt> {
  readonly type = 'ClickSoftwareDownload';
}

/** The learner's set-up is done: the provider says so, or the learner came in through a secure browser. */
export class ReadyAttempt extends AttemptCommand<OneAttempt> {
  readonly type = 'ReadyAttempt';
}

/** The learner's browser reports that proctoring failed. */
export class ReportError extends AttemptCommand<OneAttempt> {
  readonly type = 'ReportError';
}

export class MarkReadyToResume extends AttemptCommand<OneAttempt> {
  readonly type = 'MarkReadyToResume';
}

/** Gives the learner a fresh try at a practice exam (domain.md §3.7). */
export class ResetPracticeAttempt extends NewAttemptCommand {
  readonly type = 'ResetPracticeAttempt';
}

export class RemoveAttempt extends AttemptCommand<OneAttempt> {
  readonly type = 'RemoveAttempt';
}

/** Takes all of a learner's attempts at an exam away, as one change. */
export class RemoveAllAttempts extends AttemptCommand {
  readonly type = 'RemoveAllAttempts';
}

/** The learner completed onboarding: attempts that were blocked for the lack of it go (domain.md §7.6). */
export class ClearOnboardingErrors extends AttemptCommand {
  readonly type = 'ClearOnboardingErrors';
}

/** Submits an attempt whose time is over; harmless before that (domain.md §4.4). */
export class TimeOutAttempt extends AttemptCommand<OneAttempt> {
  readonly type = 'TimeOutAttempt';
}

export class AcknowledgeReviewStatus extends AttemptCommand<OneAttempt> {
  readonly type = 'AcknowledgeReviewStatus';
}

/** An operator's correction: any status, by the rule and with the effects of every other change. */
export class SetAttemptStatus extends AttemptCommand<OneAttempt & { status: Status }> {
  readonly type = 'SetAttemptStatus';
}

/** `status` is the provider's word (domain.md §8.1); `reviewedBy` a known user. */
export class ApplyReview extends AttemptCommand<{
  attemptId: number;
  attemptCode: string;
  status: unknown;
  reviewedBy: number | null;
  commentCount: number;
  sealed: string;
}> {
  readonly type = 'ApplyReview';
}

/** An operator has the last review of an attempt judged once more, by the settings of now (domain.md §13.1). */
export class ReapplyReview extends AttemptCommand<OneAttempt> {
  readonly type = 'ReapplyReview';
}

export class GrantAllowance extends AttemptCommand<{ key: string; value: string }> {
  readonly type = 'GrantAllowance';
  /** The id for a new allowance, and the value as it is kept: plain, or sealed with the learner's key. */
  allowance: { id: number; kept: { value: string } | { sealed: string } };
}

export class WithdrawAllowance extends AttemptCommand<{ key: string }> {
  readonly type = 'WithdrawAllowance';
}

/** What the learner's allowances say is taken away, the allowances stay (retirement, domain.md §10.8). */
export class BlankAllowances extends AttemptCommand {
  readonly type = 'BlankAllowances';
}

export type AnyAttemptCommand =
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
  | SetAttemptStatus
  | ApplyReview
  | ReapplyReview
  | GrantAllowance
  | WithdrawAllowance
  | BlankAllowances;
