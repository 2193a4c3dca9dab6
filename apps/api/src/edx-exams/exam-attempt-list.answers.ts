import { controlReasonOf } from '#domain';
import { type ExamAttemptRecord, instant } from '#read-models';
import { integer, listOf, object, orNull, text, time } from '../document/schemas.js';

/** The tool's report about an attempt. The severity is a text with two decimals (edx-exams.md §2). */
const reviewJson = (control: ExamAttemptRecord['control']) =>
  control && {
    submission_time: instant(control.incidentAt),
    severity: control.severity === null ? null : control.severity.toFixed(2),
    submission_reason: control.reasonCode === null ? null : controlReasonOf(control.reasonCode),
  };

export const examAttemptJson = (attempt: ExamAttemptRecord, exam: { type: string; name: string }) => ({
  attempt_id: attempt.id,
  attempt_status: attempt.status,
  start_time: instant(attempt.startedAt),
  end_time: instant(attempt.completedAt),
  allowed_time_limit_mins: attempt.allowedTimeLimitMins,
  exam_type: exam.type,
  exam_display_name: exam.name,
  username: attempt.username,
  proctored_review: reviewJson(attempt.control),
});

const examAttempt = object<ReturnType<typeof examAttemptJson>>('InstructorAttempt', {
  attempt_id: integer,
  attempt_status: text,
  start_time: orNull(time),
  end_time: orNull(time),
  allowed_time_limit_mins: orNull(integer),
  exam_type: text,
  exam_display_name: text,
  username: text,
  proctored_review: orNull(
    object('ProctoredReview', {
      submission_time: orNull(time),
      severity: orNull(text),
      submission_reason: orNull(text),
    }),
  ),
});

export const examAttemptsPage = object('InstructorAttempts', {
  count: integer,
  next: orNull(text),
  previous: orNull(text),
  results: listOf(examAttempt),
});
