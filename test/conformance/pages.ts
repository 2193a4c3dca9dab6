import type { Interstitial } from '../../libs/domain/src/index.js';
import type { Answer } from './server.js';

/** The reference's name of each page. */
export const pageOf: Record<string, Interstitial> = {
  'timed_exam/entrance.html': 'timed_entrance',
  'timed_exam/ready_to_submit.html': 'timed_ready_to_submit',
  'timed_exam/submitted.html': 'timed_submitted',
  'timed_exam/expired.html': 'timed_expired',
  'proctored_exam/entrance.html': 'proctored_entrance',
  'proctored_exam/instructions.html': 'set_up',
  'proctored_exam/ready_to_start.html': 'ready_to_start',
  'proctored_exam/ready_to_submit.html': 'ready_to_submit',
  'proctored_exam/ready_to_resume.html': 'ready_to_resume',
  'proctored_exam/submitted.html': 'proctored_submitted',
  'proctored_exam/verified.html': 'proctored_verified',
  'proctored_exam/rejected.html': 'proctored_rejected',
  'proctored_exam/error.html': 'proctored_error',
  'proctored_exam/expired.html': 'proctored_expired',
  'proctored_exam/error_wrong_browser.html': 'wrong_browser',
  'proctored_exam/onboarding_error.html': 'onboarding_required',
  'proctored_exam/failed-prerequisites.html': 'prerequisites_failed',
  'proctored_exam/pending-prerequisites.html': 'prerequisites_pending',
  'proctored_exam/inactive_account.html': 'inactive_account',
  'practice_exam/entrance.html': 'practice_entrance',
  'practice_exam/submitted.html': 'practice_submitted',
  'practice_exam/error.html': 'practice_error',
  // If the page notices that the time is over, the mail is the first template that the reference renders.
  'emails/proctoring_attempt_submitted_email.html': 'proctored_submitted',
  'onboarding_exam/entrance.html': 'onboarding_entrance',
  'onboarding_exam/ready_to_submit.html': 'onboarding_ready_to_submit',
  'onboarding_exam/submitted.html': 'onboarding_submitted',
  'onboarding_exam/verified.html': 'onboarding_verified',
  'onboarding_exam/rejected.html': 'onboarding_rejected',
  'onboarding_exam/error.html': 'onboarding_error',
};

/** The fields of a page that depend on earlier requests. */
const compared = [
  'wait_deadline',
  'backend_instructions',
  'software_download_url',
  'total_time',
  'has_due_date_passed',
];

const seen = (interstitial: unknown, context: unknown): object => ({
  interstitial: interstitial ?? null,
  ...Object.fromEntries(compared.flatMap((name) => (name in Object(context) ? [[name, (context as any)[name]]] : []))),
});

/** The page that the reference shows to a learner, with the service's names. A failure counts as status 500. */
export function pageOfReference({ status, type, body }: Answer): Answer {
  const { template, context, error } = Object(body);
  if (error) return { status: 500, type: 'text/html' };
  if (status !== 200) return { status, type, body };
  return { status, body: seen(template && (pageOf[template] ?? template), template && context) };
}

export const pageOfService = ({ status, type, body }: Answer): Answer =>
  status === 200 ? { status, body: seen(Object(body).interstitial, Object(body).context) } : { status, type, body };
