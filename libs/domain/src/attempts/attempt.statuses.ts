/** The statuses of an attempt and their classes (domain.md §2.1–2.2). */
export const incompleteStatuses = [
  'eligible',
  'created',
  'download_software_clicked',
  'ready_to_start',
  'started',
  'ready_to_submit',
] as const;

export const onboardingErrors = [
  'onboarding_missing',
  'onboarding_pending',
  'onboarding_failed',
  'onboarding_expired',
] as const;

export const completedStatuses = [
  'declined',
  'timed_out',
  'submitted',
  'second_review_required',
  'verified',
  'rejected',
  'error',
  ...onboardingErrors,
] as const;

export const statuses = [...incompleteStatuses, ...completedStatuses, 'expired', 'onboarding_reset'] as const;

export type Status = (typeof statuses)[number];
export type OnboardingError = (typeof onboardingErrors)[number];

const isOneOf = (list: readonly string[]) => (status: string) => list.includes(status);

export const isIncomplete = isOneOf(incompleteStatuses);
export const isCompleted = isOneOf(completedStatuses);
export const isOnboardingError = isOneOf(onboardingErrors);
/** The learner still sets up the proctoring software. */
export const isSettingUp = isOneOf(['created', 'download_software_clicked']);
export const isPreStarted = isOneOf(['created', 'download_software_clicked', 'ready_to_start']);
export const isInProgress = isOneOf(['started', 'ready_to_submit']);
/** Submitted, with or without a judgement, and not yet rejected. */
export const isRejectable = isOneOf(['submitted', 'timed_out', 'second_review_required', 'verified', 'error']);
/** Submitted, and not yet verified. */
export const isVerifiable = isOneOf(['submitted', 'timed_out', 'second_review_required', 'rejected', 'error']);
export const needsCreditUpdate = isOneOf(['verified', 'rejected', 'declined', 'submitted', 'error']);
