import { LearnerAtExamCommand } from '../command.js';
import type { OnboardingError, Status } from './attempt.statuses.js';

/** A provider's answer to the registration of an attempt; null for an attempt that is not proctored. */
export type Registration = { externalId: string | null } | { onboardingError: OnboardingError } | null;

/** A command that creates an attempt. The handler makes the attempt's id, code and registration. */
export abstract class NewAttemptCommand<Data extends object = object> extends LearnerAtExamCommand<Data> {
  attempt: { id: number; code: string; registration: Registration };
}

/**
 * `evenPastDue`: a declined credit requirement declines the exam, also when the exam is past due. `generationId`: absent for
 * the exam's current generation.
 */
export class CreateAttempt extends NewAttemptCommand<{
  generationId?: number;
  takingAsProctored: boolean;
  startClock: boolean;
  evenPastDue?: boolean;
}> {
  readonly type = 'CreateAttempt';
}

/** Starts the learner's current attempt (domain.md §2.7), or this one. */
export class StartAttempt extends LearnerAtExamCommand<{ attemptId?: number }> {
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

/** The learner goes to the tool that proctors the attempt. A running attempt stays as it is (edx-exams.md §8.2). */
export class LaunchTool extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'LaunchTool';
}

/** The learner's set-up is done: the provider says so, or the learner uses a secure browser. */
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

/** Gives the learner a new attempt at a practice exam (domain.md §3.7). */
export class ResetPracticeAttempt extends NewAttemptCommand {
  readonly type = 'ResetPracticeAttempt';
}

/** Removes attempts. The handler adds those whose provider confirmed the removal, if the release demands that. */
export abstract class RemovalCommand<Data extends object = object> extends LearnerAtExamCommand<Data> {
  confirmed: readonly number[] = [];
}

/** `byLearner`: a learner can remove an attempt before it begins, and a practice attempt at any time (edx-exams.md §5.7, H1). */
export class RemoveAttempt extends RemovalCommand<OneAttempt & { byLearner?: boolean }> {
  readonly type = 'RemoveAttempt';
}

/**
 * Removes all attempts of a learner at an exam, as one change: the oldest first, up to one without a confirmation.
 * `generationId`: only the attempts of this generation of the exam.
 */
export class RemoveAllAttempts extends RemovalCommand<{ generationId?: number }> {
  readonly type = 'RemoveAllAttempts';
}

/** The learner completed onboarding: removes the attempts that waited for it (domain.md §7.6). */
export class ClearOnboardingErrors extends LearnerAtExamCommand {
  readonly type = 'ClearOnboardingErrors';
}

/** Submits an attempt whose time is over; changes nothing before that (domain.md §4.4). */
export class TimeOutAttempt extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'TimeOutAttempt';
}

export class AcknowledgeReviewStatus extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'AcknowledgeReviewStatus';
}

/** An operator's correction to any status. It has the rules and effects of every other transition. */
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
  | LaunchTool
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
