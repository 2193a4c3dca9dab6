import { interstitials, limits, statuses } from '#domain';
import type { Schema } from '#shapes';
import { requirementsOfExam } from '../attempts/attempts.answers.js';
import { anything, either, flag, integer, mapOf, number, object, oneOf, orNull, text } from '../document/schemas.js';
import { catalogues } from '../texts/texts.js';
import type { ProctoringContext, TimedContext } from './contexts.js';

/** Minutes, in a query. */
export const gracePeriod: Schema = { type: 'integer', minimum: 0, maximum: limits.minutes };

const timed = object<TimedContext>(
  'TimedPage',
  {
    total_time: text,
    hide_extra_time_footer: flag,
    will_be_revealed: flag,
    exam_id: integer,
    exam_name: text,
    progress_page_url: text,
    does_time_remain: flag,
    has_time_expired: flag,
    enter_exam_endpoint: text,
    change_state_url: text,
    course_id: text,
  },
  { wait_deadline: text },
);

const proctoring = object<ProctoringContext>(
  'ProctoringPage',
  {
    platform_name: text,
    total_time: text,
    exam_id: integer,
    progress_page_url: text,
    is_sample_attempt: flag,
    has_due_date: flag,
    has_due_date_passed: flag,
    able_to_reenter_exam: flag,
    enter_exam_endpoint: text,
    change_state_url: text,
    exam_started_poll_url: text,
    update_is_status_acknowledge_url: text,
    link_urls: mapOf(text),
    tech_support_email: text,
    proctoring_escalation_email: orNull(text),
    exam_review_policy: orNull(text),
    backend_js_bundle: text,
    provider_tech_support_email: text,
    provider_tech_support_phone: text,
    provider_name: text,
    learner_notification_from_email: text,
    integration_specific_email: text,
    exam_display_name: text,
    reset_link: text,
    ping_interval: number,
    can_view_content_past_due: flag,
    allow_proctoring_opt_out: flag,
  },
  {
    prerequisite_status: requirementsOfExam,
    exam_code: text,
    backend_instructions: anything,
    software_download_url: anything,
    wait_deadline: text,
    onboarding_status: text,
    onboarding_link: orNull(text),
    support_email_subject: text,
  },
);

export const studentView = object('StudentView', {
  interstitial: orNull(oneOf(...interstitials)),
  shows_content: flag,
  language: oneOf(...Object.keys(catalogues)),
  context: orNull(either(timed, proctoring)),
  html: orNull(text),
});

/** domain.md §4.8. An exam that is not proctored has no status here. */
export const statusSummary = object(
  'StatusSummary',
  { short_description: text, suggested_icon: text, in_completed_state: flag },
  { status: oneOf(...statuses) },
);
