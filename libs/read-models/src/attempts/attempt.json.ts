import { allowedMinutesOf } from '#domain';
import { examJson } from '../exams/exam.json.js';
import { instant } from '../times.js';
import type { AttemptRecord } from './attempt.queries.js';

/** An attempt as REST shows it, keys in the reference's order (rest-api.md §3.4). */
export const attemptJson = (attempt: AttemptRecord) => ({
  id: attempt.id,
  created: instant(attempt.created),
  modified: instant(attempt.modified),
  user: attempt.user,
  started_at: instant(attempt.startedAt),
  completed_at: instant(attempt.completedAt),
  external_id: attempt.externalId,
  status: attempt.status,
  proctored_exam: examJson(attempt.exam),
  allowed_time_limit_mins: allowedMinutesOf(attempt),
  attempt_code: attempt.attemptCode,
  is_sample_attempt: attempt.isSampleAttempt,
  taking_as_proctored: attempt.takingAsProctored,
  review_policy_id: attempt.reviewPolicyId,
  is_status_acknowledged: attempt.isStatusAcknowledged,
  time_remaining_seconds: attempt.timeRemainingSeconds,
  is_resumable: attempt.isResumable,
  ready_to_resume: attempt.readyToResume,
  resumed: attempt.resumed,
});
