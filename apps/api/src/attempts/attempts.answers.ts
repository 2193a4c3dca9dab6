import type { attemptJson } from '#read-models';
import type { Schema } from '#shapes';
import { allowanceSchema } from '../allowances/allowances.answers.js';
import {
  either,
  emptyObject,
  flag,
  integer,
  listOf,
  number,
  object,
  oneOf,
  orNull,
  text,
  time,
  userSchema,
} from '../document/schemas.js';
import { examSchema } from '../exams/exams.answers.js';
import { pagedList } from '../http/page.js';
import type { Timer } from './timer.js';

/** rest-api.md §3.4. */
export const attemptSchema = object<ReturnType<typeof attemptJson>>('Attempt', {
  id: integer,
  created: time,
  modified: time,
  user: userSchema,
  started_at: orNull(time),
  completed_at: orNull(time),
  external_id: orNull(text),
  status: text,
  proctored_exam: examSchema,
  allowed_time_limit_mins: orNull(integer),
  attempt_code: orNull(text),
  is_sample_attempt: flag,
  taking_as_proctored: flag,
  review_policy_id: orNull(integer),
  is_status_acknowledged: flag,
  time_remaining_seconds: orNull(integer),
  is_resumable: flag,
  ready_to_resume: flag,
  resumed: flag,
});

const { properties: attempt } = attemptSchema;

export const polledAttempt = object('PolledAttempt', {
  ...attempt,
  time_remaining_seconds: number,
  accessibility_time_string: text,
});

const group = object('AttemptGroup', { ...attempt, all_attempts: listOf(attemptSchema) });

export const attemptListSchema = pagedList('AttemptList', group);

export const attemptGroupsSchema = object('AttemptGroups', {
  proctored_exam_attempts: listOf(group),
  pagination_info: object('Pagination', {
    has_previous: flag,
    has_next: flag,
    current_page: integer,
    total_pages: integer,
  }),
  attempt_url: text,
});

/** `false`: the browser reported an error, but the attempt was submitted before. */
export const changedAttemptId = object('ChangedAttemptId', {
  exam_attempt_id: either(integer, { type: 'boolean', enum: [false] }),
});
export const attemptIdSchema = object('AttemptId', { exam_attempt_id: integer });

export const activeExams = listOf(
  object('ActiveExam', { exam: examSchema, attempt: attemptSchema, allowances: listOf(allowanceSchema) }),
);

/** rest-api.md §3.6. */
export const timerSchema = object<Awaited<ReturnType<Timer['of']>>>(
  'Timer',
  {
    in_timed_exam: flag,
    taking_as_proctored: flag,
    exam_type: text,
    exam_display_name: text,
    exam_url_path: text,
    time_remaining_seconds: number,
    total_time: text,
    low_threshold_sec: integer,
    critically_low_threshold_sec: integer,
    course_id: text,
    attempt_id: integer,
    external_id: orNull(text),
    accessibility_time_string: text,
    attempt_status: text,
    exam_started_poll_url: text,
    attempt_ready_to_resume: flag,
    use_legacy_attempt_api: flag,
    desktop_application_js_url: text,
  },
  { ping_interval: number, attempt_code: orNull(text), software_download_url: orNull(text) },
);

export const noTimer = object('NoTimer', { in_timed_exam: flag, is_proctored: flag });
export const timerOrNothing: Schema = either(timerSchema, emptyObject);

const requirements = listOf(
  object(
    'CreditRequirement',
    {
      namespace: text,
      name: text,
      display_name: text,
      criteria: { type: 'object' },
      reason: orNull({ type: 'object' }),
      status: orNull(text),
      status_date: orNull(time),
      order: integer,
    },
    { jumpto_url: orNull(text) },
  ),
);

/** domain.md §12 */
export const requirementsOfExam = object('Prerequisites', {
  are_prerequisites_satisifed: flag,
  satisfied_prerequisites: requirements,
  failed_prerequisites: requirements,
  pending_prerequisites: requirements,
  declined_prerequisites: requirements,
});

/** rest-api.md §5.18. */
export const examOfSequence = object('ExamOfSequence', {
  exam: either(
    object(
      'ExamWithAttempt',
      {
        ...examSchema.properties,
        attempt: timerOrNothing,
        type: oneOf('timed', 'onboarding', 'practice', 'proctored'),
        passed_due_date: flag,
        use_legacy_attempt_api: flag,
      },
      {
        total_time: text,
        prerequisite_status: requirementsOfExam,
        onboarding_link: text,
      },
    ),
    emptyObject,
  ),
  active_attempt: timerOrNothing,
});

export const notConfirmed = 'With `REFERENCE_RELEASE=6.1`: the provider did not confirm the removal';
