import { type Attempt, type ExamDefinition, instantOf } from '#domain';
import type { OldRow } from './old-database.js';

const text = (value: unknown): string | null =>
  value === null || value === undefined ? null : Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
const integer = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
const truth = (value: unknown): boolean => value === true || ['1', 't', 'true'].includes(String(value));
/** Times of the old database are UTC. */
const time = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  const instant = instantOf(
    `${String(value)
      .replace(/[+-]00(:00)?$/, '')
      .replace(' ', 'T')}Z`,
  );
  if (!instant) throw new Error(`"${value}" is not a time.`);
  return instant;
};

export type OldExam = ExamDefinition & {
  id: number;
  courseId: string;
  contentId: string;
  created: string;
  modified: string;
};

export const oldExam = (row: OldRow): OldExam => ({
  id: integer(row.id)!,
  courseId: text(row.course_id)!,
  contentId: text(row.content_id)!,
  externalId: text(row.external_id),
  examName: text(row.exam_name)!,
  timeLimitMins: integer(row.time_limit_mins)!,
  dueDate: time(row.due_date),
  isProctored: truth(row.is_proctored),
  isPracticeExam: truth(row.is_practice_exam),
  isActive: truth(row.is_active),
  hideAfterDue: truth(row.hide_after_due),
  backend: text(row.backend),
  created: time(row.created)!,
  modified: time(row.modified)!,
});

/** An attempt's row has these fields of an attempt. */
export type OldAttempt = Omit<Attempt, 'generationId' | 'extraSeconds' | 'pausedAt' | 'pausedMs'>;

export const oldAttempt = (row: OldRow): OldAttempt => ({
  id: integer(row.id)!,
  examId: integer(row.proctored_exam_id)!,
  userId: integer(row.user_id)!,
  attemptCode: text(row.attempt_code) ?? '',
  externalId: text(row.external_id),
  status: text(row.status) as Attempt['status'],
  takingAsProctored: truth(row.taking_as_proctored),
  isSampleAttempt: truth(row.is_sample_attempt),
  reviewPolicyId: integer(row.review_policy_id),
  startedAt: time(row.started_at),
  completedAt: time(row.completed_at),
  allowedTimeLimitMins: integer(row.allowed_time_limit_mins),
  isStatusAcknowledged: truth(row.is_status_acknowledged),
  timeRemainingSeconds: integer(row.time_remaining_seconds),
  isResumable: truth(row.is_resumable),
  readyToResume: truth(row.ready_to_resume),
  resumed: truth(row.resumed),
  created: time(row.created)!,
  modified: time(row.modified)!,
});

/** A row of a history that has a row for each change: created, changed or deleted. */
export type Recorded<Old> = { row: Old; isDeletion: boolean; at: string; userId: number | null };

export const recorded = <Old>(row: OldRow, parse: (row: OldRow) => Old): Recorded<Old> => ({
  row: parse(row),
  isDeletion: text(row.history_type) === '-',
  at: time(row.history_date)!,
  userId: integer(row.history_user_id),
});

type Kept<Old> = Old & { id: number; created: string; modified: string };

const kept = <Old>(row: OldRow, fields: Old): Kept<Old> => ({
  id: integer(row.id)!,
  created: time(row.created)!,
  modified: time(row.modified)!,
  ...fields,
});

/** A row of the table itself, or of a history that has former rows: there `id` is that of the history's row. */
export type OldAllowance = Kept<{ allowanceId: number; examId: number; userId: number; key: string; value: string }>;

export const oldAllowance = (row: OldRow): OldAllowance =>
  kept(row, {
    allowanceId: integer(row.allowance_id ?? row.id)!,
    examId: integer(row.proctored_exam_id)!,
    userId: integer(row.user_id)!,
    key: text(row.key)!,
    value: text(row.value)!,
  });

export type OldPolicy = Kept<{ policyId: number; examId: number; setBy: number; policy: string }>;

export const oldPolicy = (row: OldRow): OldPolicy =>
  kept(row, {
    policyId: integer(row.original_id ?? row.id)!,
    examId: integer(row.proctored_exam_id)!,
    setBy: integer(row.set_by_user_id)!,
    policy: text(row.review_policy)!,
  });

export type OldReview = Kept<{
  attemptCode: string;
  status: string;
  raw: string;
  videoUrl: string | null;
  reviewedBy: number | null;
}>;

export const oldReview = (row: OldRow): OldReview =>
  kept(row, {
    attemptCode: text(row.attempt_code)!,
    status: text(row.review_status)!,
    raw: text(row.raw_data)!,
    videoUrl: text(row.encrypted_video_url),
    reviewedBy: integer(row.reviewed_by_id),
  });

export type OldComment = Kept<{
  reviewId: number;
  comment: string;
  status: string;
  start: number;
  stop: number;
  duration: number;
}>;

export const oldComment = (row: OldRow): OldComment =>
  kept(row, {
    reviewId: integer(row.review_id)!,
    comment: text(row.comment)!,
    status: text(row.status)!,
    start: integer(row.start_time)!,
    stop: integer(row.stop_time)!,
    duration: integer(row.duration)!,
  });

export type OldUser = { id: number; username: string; email: string; fullName: string; isActive: boolean };

export const oldUser = (row: OldRow): OldUser => ({
  id: integer(row.id)!,
  username: text(row.username)!,
  email: text(row.email) ?? '',
  fullName: `${text(row.first_name) ?? ''} ${text(row.last_name) ?? ''}`.trim(),
  isActive: truth(row.is_active),
});
