import type { Status } from './attempt.statuses.js';

/** An approved onboarding counts for this many days (domain.md §7.1, §14). */
const validDays = 365;

const plusDays = (at: string, days: number) => new Date(Date.parse(at) + days * 86_400_000).toISOString();

/** The part of an onboarding attempt on which the learner's onboarding status depends. */
export type OnboardingAttempt = { id: number; status: Status; modified: string };

/** Only approvals after this instant count. */
export const oldestValidApproval = (at: string): string => plusDays(at, -validDays);

/** Does this approval from another course still count? */
export const isValidApproval = ({ status, modified }: OnboardingAttempt, at: string): boolean =>
  status === 'verified' && Date.parse(modified) > Date.parse(oldestValidApproval(at));

/**
 * The status for the learner (domain.md §7.1). `own`: attempts at the course's onboarding exams, last modified first;
 * `approved`: the last modified approval with the same provider in any course, if it still counts.
 */
export const onboardingOf = (
  own: readonly OnboardingAttempt[],
  approved: OnboardingAttempt | undefined,
): { status: string | null; expiresAt: string | null } => {
  const verified = own.find(({ status }) => status === 'verified');
  if (verified) return { status: 'verified', expiresAt: plusDays(verified.modified, validDays) };
  if (approved) return { status: 'other_course_approved', expiresAt: plusDays(approved.modified, validDays) };
  return { status: own[0]?.status ?? null, expiresAt: null };
};

const staffStatusOf: { [S in Status]?: string } = {
  created: 'setup_started',
  download_software_clicked: 'setup_started',
  ready_to_start: 'setup_started',
  started: 'onboarding_started',
  ready_to_submit: 'onboarding_started',
  submitted: 'submitted',
  verified: 'verified',
  rejected: 'rejected',
  error: 'error',
  expired: 'expired',
  onboarding_reset: 'onboarding_reset_past_due',
};

/** The status for course staff (domain.md §7.4). `own` and `approved` are those of `onboardingOf`. */
export const onboardingSeenByStaff = (
  own: readonly OnboardingAttempt[],
  approved: Pick<OnboardingAttempt, 'modified'> | undefined,
): { status: string | null; modified: string | null } => {
  const relevant = own.reduce<OnboardingAttempt | undefined>((kept, seen) => {
    const isNewer = kept?.status === 'onboarding_reset' && seen.id > kept.id;
    return kept === undefined || seen.status === 'verified' || isNewer ? seen : kept;
  }, undefined);
  if (approved && relevant?.status !== 'verified')
    return { status: 'other_course_approved', modified: approved.modified };
  if (!relevant) return { status: 'not_started', modified: null };
  return { status: staffStatusOf[relevant.status] ?? null, modified: relevant.modified };
};

/** Reads a history such as `2 started,1 onboarding_reset`: last modified first, numbered in the order of their ids. */
const parseHistory = (history: string): OnboardingAttempt[] =>
  history
    .split(',')
    .filter((attempt) => attempt !== '')
    .map((attempt) => attempt.split(' '))
    .map(([number, status]) => ({ id: Number(number), status: status as Status, modified: '' }));

/** The word that course staff see for this history. `isApproved`: an approval still counts. */
export const wordForHistory = (history: string, isApproved: boolean): string | null =>
  onboardingSeenByStaff(parseHistory(history), isApproved ? { modified: '' } : undefined).status;

/** Do course staff see one of these words for this history? */
export const isHistorySeenAs = (words: readonly string[], history: string, isApproved: boolean): boolean => {
  const word = wordForHistory(history, isApproved);
  return word !== null && words.includes(word);
};

/** The status to show for a provider's word (domain.md §7.5). */
export const onboardingStatusOfProfile: Readonly<Record<string, string>> = {
  'approved-in-course': 'verified',
  'approved-in-different-course': 'other_course_approved',
  rejected: 'rejected',
  expired: 'expired',
  pending: 'submitted',
};
