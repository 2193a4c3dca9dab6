import type { Interstitial } from '#domain';
import { type Language, Texts } from '../texts/texts.js';
import { pageOf, type Shown } from './pages.js';

/** A name with markup. */
export const hostile = `<script>alert("x")</script>'&{exam}`;
export const timed = {
  total_time: '90 minutes',
  hide_extra_time_footer: false,
  will_be_revealed: true,
  exam_id: 7,
  exam_name: hostile,
  progress_page_url: '/courses/c/progress',
  does_time_remain: true,
  has_time_expired: false,
  enter_exam_endpoint: '/attempt',
  change_state_url: '/attempt/3',
  course_id: 'c',
  wait_deadline: '2031-05-05T12:00:00+00:00',
};
const requirement = {
  namespace: 'proctored_exam',
  name: 'first',
  display_name: hostile,
  criteria: {},
  reason: null,
  status: null,
  status_date: null,
  order: 1,
  jumpto_url: '/jump_to/first',
};
/** With every value, so that a page shows every part. */
export const proctoring = {
  prerequisite_status: {
    are_prerequisites_satisifed: false,
    satisfied_prerequisites: [],
    failed_prerequisites: [requirement],
    pending_prerequisites: [requirement],
    declined_prerequisites: [],
  },
  platform_name: hostile,
  total_time: '90 minutes',
  exam_id: 7,
  progress_page_url: '/courses/c/progress',
  is_sample_attempt: false,
  has_due_date: true,
  has_due_date_passed: true,
  able_to_reenter_exam: true,
  enter_exam_endpoint: '/attempt',
  change_state_url: '/attempt/3',
  exam_started_poll_url: '/attempt/3',
  update_is_status_acknowledge_url: '/attempt/3/review_status',
  link_urls: { faq: 'https://example.org/faq', contact_us: 'javascript:alert(1)', online_proctoring_rules: hostile },
  tech_support_email: 'help@example.org',
  proctoring_escalation_email: hostile,
  exam_review_policy: hostile,
  backend_js_bundle: 'https://example.org/worker.js',
  provider_tech_support_email: hostile,
  provider_tech_support_phone: hostile,
  provider_name: hostile,
  learner_notification_from_email: hostile,
  integration_specific_email: hostile,
  exam_display_name: hostile,
  reset_link: 'https://example.org/password_assistance',
  ping_interval: 60,
  can_view_content_past_due: true,
  allow_proctoring_opt_out: true,
  exam_code: 'CODE',
  backend_instructions: [hostile, { odd: hostile }] as unknown,
  software_download_url: 'https://example.org/download' as unknown,
  onboarding_status: 'onboarding_failed',
  onboarding_link: '/jump_to/onboarding',
  support_email_subject: 'x',
};

/** A page as a learner may see it. `more` replaces values of its context. */
export const page = (
  interstitial: Interstitial,
  language: Language = 'en',
  more: object = {},
  minutes = 90,
  sendsMail = true,
) => {
  const context = { ...(interstitial.startsWith('timed_') ? timed : proctoring), ...more };
  const attempt = { id: 3, externalId: hostile };
  return pageOf({ interstitial, context, minutes, attempt, sendsMail } as Shown, new Texts(language));
};
