import {
  type AnyLearnerAtExamCommand,
  ClickSoftwareDownload,
  DeclineAttempt,
  MarkReadyToResume,
  type Origin,
  ReportError,
  ResetPracticeAttempt,
  StartAttempt,
  StopAttempt,
  SubmitAttempt,
} from '#domain';
import type { AttemptRecord } from '#read-models';
import type { Priority } from '../admission/admission.js';

type Change = { attempt: AttemptRecord; at: string; by: Origin };

/** The actions on an attempt (rest-api.md §5.3). The last one is for staff, all others are for the attempt's owner. */
export const actions: Record<string, (change: Change) => AnyLearnerAtExamCommand> = {
  start: ({ attempt, at, by }) => new StartAttempt(attempt, { at }, by),
  stop: ({ attempt, at, by }) => new StopAttempt(attempt, { attemptId: attempt.id, at }, by),
  submit: ({ attempt, at, by }) => new SubmitAttempt(attempt, { attemptId: attempt.id, at }, by),
  click_download_software: ({ attempt, at, by }) =>
    new ClickSoftwareDownload(attempt, { attemptId: attempt.id, at }, by),
  decline: ({ attempt, at, by }) => new DeclineAttempt(attempt, { attemptId: attempt.id, at }, by),
  error: ({ attempt, at, by }) => new ReportError(attempt, { attemptId: attempt.id, at }, by),
  reset_attempt: ({ attempt, at, by }) => new ResetPracticeAttempt(attempt, { at }, by),
  mark_ready_to_resume: ({ attempt, at, by }) => new MarkReadyToResume(attempt, { attemptId: attempt.id, at }, by),
};

/** To submit is more urgent than to start. */
export function priorityByBody(body: unknown): Priority {
  return ['submit', 'stop'].includes(Object(body).action) ? 'submit' : 'start';
}
