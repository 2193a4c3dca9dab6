import {
  type AnyLearnerAtExamCommand,
  ClickSoftwareDownload,
  type Origin,
  RejectAttempt,
  ReportError,
  StartAttempt,
  StopAttempt,
  SubmitAttempt,
  VerifyAttempt,
} from '#domain';
import type { AttemptRecord } from '#read-models';

type Change = { attempt: AttemptRecord; at: string; callerId: number; by: Origin };
type Actions = Record<string, (change: Change) => AnyLearnerAtExamCommand>;

/** The actions of an attempt's learner (edx-exams.md §5.6). */
export const learnerActions: Actions = {
  start: ({ attempt, at, by }) => new StartAttempt(attempt, { attemptId: attempt.id, at }, by),
  stop: ({ attempt, at, by }) => new StopAttempt(attempt, { attemptId: attempt.id, at }, by),
  submit: ({ attempt, at, by }) => new SubmitAttempt(attempt, { attemptId: attempt.id, at }, by),
  click_download_software: ({ attempt, at, by }) =>
    new ClickSoftwareDownload(attempt, { attemptId: attempt.id, at }, by),
  error: ({ attempt, at, by }) => new ReportError(attempt, { attemptId: attempt.id, at }, by),
};

/** The dashboard asks for no reason, so the reason says where the decision was made. */
const judged = ({ attempt, at }: Change) =>
  ({ attemptId: attempt.id, reason: 'Decided in the exams dashboard', fromAnyStatus: true, at }) as const;

export const staffActions: Actions = {
  verify: (change) => new VerifyAttempt(change.attempt, { ...judged(change), verifiedBy: change.callerId }, change.by),
  reject: (change) => new RejectAttempt(change.attempt, { ...judged(change), rejectedBy: change.callerId }, change.by),
};
