import { lmsAddressOf, type Settings } from '#configuration';
import { type Exam, expiryOf, type Facts, humanizedMinutes, isIncomplete, isReached, remainingSeconds } from '#domain';
import type { Provider } from '#providers';
import { type AttemptRecord, instant } from '#read-models';
import type { prerequisitesJson } from '../attempts/prerequisites.js';
import { links } from '../http/links.js';

/** The values for every page. */
export type PageValues = {
  exam: Exam;
  attempt: AttemptRecord | null;
  at: string;
  dueAt: Facts['dueAt'];
  isPastDue: boolean;
  minutes: number;
  /** The end of the grace period, until which the exam stays hidden after its due date; null unless it is in the future. */
  waitsUntil: string | null;
};

/** A time as Python writes it. */
const withOffset = (time: string) => instant(time).replace('Z', '+00:00');

const addresses = (attempt: AttemptRecord | null) => ({
  enter_exam_endpoint: links.attempts,
  change_state_url: attempt ? links.attempt(attempt.id) : '',
});

const timeRemains = (attempt: AttemptRecord | null, at: string): boolean =>
  attempt !== null && isIncomplete(attempt.status) && remainingSeconds(attempt, at) > 0;

/** For so many seconds after the end, a page says that the time was over (domain.md §11.4). */
const expiryNoticeSeconds = 60;

const hasJustTimedOut = (attempt: AttemptRecord, at: string) => {
  const { status, completedAt } = attempt;
  if (status !== 'submitted' || !completedAt || !isReached(expiryOf(attempt), completedAt)) return false;
  return Date.parse(at) - Date.parse(completedAt) < expiryNoticeSeconds * 1000;
};

/** Exams with more minutes have no footer about extra time. */
const longMinutes = 20 * 60;

/** domain.md §11.4 */
export const timedContext = ({ exam, attempt, at, dueAt, minutes, waitsUntil }: PageValues) => ({
  total_time: humanizedMinutes(minutes),
  hide_extra_time_footer: exam.timeLimitMins > longMinutes,
  will_be_revealed: dueAt !== null && !exam.hideAfterDue,
  exam_id: exam.id,
  exam_name: exam.examName,
  progress_page_url: links.progress(exam.courseId),
  does_time_remain: timeRemains(attempt, at),
  has_time_expired: attempt !== null && hasJustTimedOut(attempt, at),
  ...addresses(attempt),
  course_id: exam.courseId,
  ...(waitsUntil !== null && { wait_deadline: withOffset(waitsUntil) }),
});
export type TimedContext = ReturnType<typeof timedContext>;

/** The values for pages of proctored exams. */
export type ProctoringPageValues = PageValues & {
  settings: Settings;
  provider: Provider;
  escalationEmail: string | null;
  isWrongBrowser: boolean;
  prerequisites: ReturnType<typeof prerequisitesJson> | null;
  /** For a learner without onboarding. */
  onboarding: { status: string; link: string | null; subject: string } | null;
  /** While the learner sets up. */
  guidance: { instructions: unknown; downloadUrl: unknown } | null;
  allowsOptOut: boolean;
};

/** domain.md §11.3 */
export const proctoringContext = (known: ProctoringPageValues) => {
  const { exam, attempt, at, settings, provider, guidance, waitsUntil, onboarding } = known;
  return {
    ...(known.prerequisites && { prerequisite_status: known.prerequisites }),
    platform_name: settings.platformName,
    total_time: humanizedMinutes(known.minutes),
    exam_id: exam.id,
    progress_page_url: links.progress(exam.courseId),
    is_sample_attempt: exam.isPracticeExam,
    has_due_date: known.dueAt !== null,
    has_due_date_passed: known.isPastDue,
    able_to_reenter_exam: timeRemains(attempt, at) && !known.isWrongBrowser,
    ...addresses(attempt),
    exam_started_poll_url: attempt ? links.attempt(attempt.id) : '',
    update_is_status_acknowledge_url: attempt ? `${links.attempt(attempt.id)}/review_status` : '',
    link_urls: settings.linkUrls,
    tech_support_email: settings.techSupportEmail,
    proctoring_escalation_email: known.escalationEmail,
    exam_review_policy: exam.reviewPolicy,
    backend_js_bundle: provider.javascriptUrl(),
    provider_tech_support_email: provider.techSupportEmail,
    provider_tech_support_phone: provider.techSupportPhone,
    provider_name: provider.verboseName,
    learner_notification_from_email: provider.learnerNotificationFromEmail,
    integration_specific_email: provider.integrationSpecificEmail || settings.contactEmail,
    exam_display_name: exam.examName,
    reset_link: settings.siteName === '' ? '' : `${lmsAddressOf(settings)}/password_assistance`,
    ping_interval: provider.pingInterval,
    can_view_content_past_due: settings.proctoredExamViewablePastDue,
    allow_proctoring_opt_out: known.allowsOptOut,
    ...(attempt && { exam_code: attempt.attemptCode }),
    ...(guidance && {
      backend_instructions: guidance.instructions,
      software_download_url: guidance.downloadUrl,
    }),
    ...(waitsUntil !== null && { wait_deadline: withOffset(waitsUntil) }),
    ...(onboarding && {
      onboarding_status: onboarding.status,
      onboarding_link: onboarding.link,
      support_email_subject: onboarding.subject,
    }),
  };
};
export type ProctoringContext = ReturnType<typeof proctoringContext>;
