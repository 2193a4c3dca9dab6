import { type Attempt, isReadyToResume } from '../attempts/attempt.js';
import { isIncomplete, isOnboardingError, type Status } from '../attempts/attempt.statuses.js';
import type { Exam } from '../exams/exam.js';
import { examTypeOf } from '../exams/exam-type.js';
import type { Standing } from '../exams/prerequisites.js';

/** The pages that a learner may see in place of an exam's content. Clients know them by these names. */
export const interstitials = [
  'timed_entrance',
  'timed_ready_to_submit',
  'timed_submitted',
  'timed_expired',
  'proctored_entrance',
  'proctored_submitted',
  'proctored_verified',
  'proctored_rejected',
  'proctored_error',
  'proctored_expired',
  'practice_entrance',
  'practice_submitted',
  'practice_error',
  'onboarding_entrance',
  'onboarding_ready_to_submit',
  'onboarding_submitted',
  'onboarding_verified',
  'onboarding_rejected',
  'onboarding_error',
  'set_up',
  'ready_to_start',
  'ready_to_submit',
  'ready_to_resume',
  'wrong_browser',
  'onboarding_required',
  'prerequisites_failed',
  'prerequisites_pending',
  'inactive_account',
] as const;
export type Interstitial = (typeof interstitials)[number];

/** The facts from which the page follows. The attempt is the newest one, as it is now. */
export type Situation = {
  /** The role in which the page is viewed. All roles but `student` always see the exam. */
  role: string;
  exam: Pick<Exam, 'isActive' | 'isProctored' | 'isPracticeExam' | 'hideAfterDue'>;
  supportsOnboarding: boolean;
  attempt: Pick<Attempt, 'status' | 'isStatusAcknowledged' | 'readyToResume' | 'resumed'> | null;
  /** By the learner's own due date. */
  isPastDue: boolean;
  /** By the due date of the course. */
  isPastDueForAll: boolean;
  /** During the grace period nobody sees solutions yet. */
  isInGracePeriod: boolean;
  courseHasEnded: boolean;
  mayTakeProctoredExams: boolean;
  isAccountActive: boolean;
  prerequisites: Standing;
  /** PROCTORED_EXAM_VIEWABLE_PAST_DUE */
  isViewablePastDue: boolean;
  /** The provider requires its own browser, and this is another one. */
  isWrongBrowser: boolean;
};

/** The page, or null for the exam's content. `declines`: the learner declined a prerequisite, so the exam is declined. */
export type StudentView = { interstitial: Interstitial | null; declines: boolean };

/** The page that a learner sees in place of an exam's content (domain.md §11). */
export const studentViewOf = (situation: Situation): StudentView => {
  const { exam, supportsOnboarding, role } = situation;
  const shown = (interstitial: Interstitial | null) => ({ interstitial, declines: false });
  if (role !== 'student' || !exam.isActive) return shown(null);
  const type = examTypeOf(exam, supportsOnboarding);
  if (type === 'timed') return shown(timed(situation));
  if (!exam.isProctored || situation.courseHasEnded || !situation.mayTakeProctoredExams) return shown(null);
  if (type !== 'proctored') return shown(practice(situation, type));
  const declines = hasNotBegun(situation) && situation.prerequisites === 'declined';
  return { interstitial: declines ? null : proctored(situation), declines };
};

const timed = ({ exam, attempt, isPastDue, isInGracePeriod }: Situation): Interstitial | null => {
  if (isPastDue && isOpen(attempt)) return 'timed_expired';
  switch (attempt?.status) {
    case undefined:
    case 'created':
      return 'timed_entrance';
    case 'ready_to_submit':
      return 'timed_ready_to_submit';
    case 'submitted':
    case 'timed_out':
      return isPastDue && !exam.hideAfterDue && !isInGracePeriod ? null : 'timed_submitted';
    default:
      return null;
  }
};

const proctored = (situation: Situation): Interstitial | null => {
  const { attempt, isPastDue, isAccountActive, isWrongBrowser } = situation;
  if (attempt?.status === 'declined') return null;
  if (!isAccountActive) return 'inactive_account';
  if (isPastDue && isOpen(attempt)) return 'proctored_expired';
  if (!attempt) return entrances[situation.prerequisites];
  if (isReadyToResume(attempt)) return 'ready_to_resume';
  if (attempt.status === 'started') return isWrongBrowser ? 'wrong_browser' : null;
  if (isOnboardingError(attempt.status)) return 'onboarding_required';
  return mayViewExamAgain(situation) ? null : (pages.proctored[attempt.status] ?? null);
};

const practice = (
  { attempt, isAccountActive, isPastDue, isWrongBrowser }: Situation,
  type: 'practice' | 'onboarding',
): Interstitial | null => {
  if (!isAccountActive) return 'inactive_account';
  if (!attempt) {
    if (type === 'practice') return 'practice_entrance';
    return isPastDue ? 'proctored_expired' : 'onboarding_entrance';
  }
  // As in the reference, onboarding works in any browser.
  if (attempt.status === 'started' && type === 'practice' && isWrongBrowser) return 'wrong_browser';
  return isReadyToResume(attempt) ? 'ready_to_resume' : (pages[type][attempt.status] ?? null);
};

const entrances: Record<Standing, Interstitial> = {
  satisfied: 'proctored_entrance',
  failed: 'prerequisites_failed',
  pending: 'prerequisites_pending',
  declined: 'proctored_entrance',
};

const beforeTheStart = {
  created: 'set_up',
  download_software_clicked: 'set_up',
  ready_to_start: 'ready_to_start',
} as const;

const pages: Record<'proctored' | 'practice' | 'onboarding', { [S in Status]?: Interstitial }> = {
  proctored: {
    ...beforeTheStart,
    ready_to_submit: 'ready_to_submit',
    submitted: 'proctored_submitted',
    timed_out: 'proctored_submitted',
    second_review_required: 'proctored_submitted',
    verified: 'proctored_verified',
    rejected: 'proctored_rejected',
    error: 'proctored_error',
  },
  practice: {
    ...beforeTheStart,
    ready_to_submit: 'ready_to_submit',
    submitted: 'practice_submitted',
    error: 'practice_error',
  },
  onboarding: {
    ...beforeTheStart,
    ready_to_submit: 'onboarding_ready_to_submit',
    submitted: 'onboarding_submitted',
    second_review_required: 'onboarding_submitted',
    verified: 'onboarding_verified',
    rejected: 'onboarding_rejected',
    error: 'onboarding_error',
  },
};

const isOpen = (attempt: Situation['attempt']) => !attempt || isIncomplete(attempt.status);

const hasNotBegun = ({ attempt, isPastDue, isAccountActive }: Situation) => !attempt && !isPastDue && isAccountActive;

const hasResult = (status: Status) => ['submitted', 'second_review_required', 'verified', 'rejected'].includes(status);

/** The learner has acknowledged the result, and may view the exam again (domain.md §4.9). */
const mayViewExamAgain = ({ attempt, isViewablePastDue, isPastDueForAll, isInGracePeriod }: Situation) =>
  isViewablePastDue &&
  isPastDueForAll &&
  attempt!.isStatusAcknowledged &&
  hasResult(attempt!.status) &&
  !(attempt!.status === 'verified' && isInGracePeriod);
