import type { Status } from './attempt.statuses.js';

/** An approval expires soon if it ends within this many days (domain.md §7.8). */
const soonDays = 28;

export const onboardingLabels = [
  'not_started',
  'started',
  'submitted',
  'verified',
  'other_course_approved',
  'expiring_soon',
  'expired',
  'rejected',
  'error',
] as const;
export type OnboardingLabel = (typeof onboardingLabels)[number];

/** The content of a learner's onboarding panel; its words stand for texts. Some statuses have no `label`. */
export type OnboardingPanel = {
  status: string | null;
  label: OnboardingLabel | undefined;
  tone: 'good' | 'waiting' | 'needs_action';
  reminder: 'needed' | 'under_review' | null;
  link: 'complete' | 'view' | 'past_due' | 'opens_later' | null;
};

const labelOf: { [S in Status | OnboardingLabel]?: OnboardingLabel } = {
  created: 'not_started',
  download_software_clicked: 'not_started',
  ready_to_start: 'not_started',
  started: 'started',
  ready_to_submit: 'started',
  submitted: 'submitted',
  second_review_required: 'submitted',
  verified: 'verified',
  other_course_approved: 'other_course_approved',
  expiring_soon: 'expiring_soon',
  expired: 'expired',
  rejected: 'rejected',
  error: 'error',
};
const toneOf: { [L in OnboardingLabel]?: OnboardingPanel['tone'] } = {
  verified: 'good',
  other_course_approved: 'good',
  submitted: 'waiting',
  expiring_soon: 'waiting',
};

/**
 * The panel of a learner with this onboarding status (domain.md §7.8). The reminder follows from the status alone, the
 * text also from its expiration.
 */
export const onboardingPanelOf = (
  { status, expiresAt }: { status: string | null; expiresAt: string | null },
  when: 'open' | 'future' | 'past_due',
  at: string,
): OnboardingPanel => {
  const shown = displayedStatus(status, expiresAt, at);
  const label = shown === null ? 'not_started' : labelOf[shown as OnboardingLabel];
  const isHidden = ['submitted', 'second_review_required', 'verified'].includes(status ?? '');
  const isApproved = status === 'verified' || status === 'other_course_approved';
  const closed = { past_due: 'past_due', future: 'opens_later', open: undefined } as const;
  const open = shown === 'other_course_approved' ? 'view' : 'complete';
  return {
    status: shown,
    label,
    tone: (label && toneOf[label]) ?? 'needs_action',
    reminder: isApproved ? null : isHidden ? 'under_review' : 'needed',
    link: isHidden ? null : (closed[when] ?? open),
  };
};

const displayedStatus = (status: string | null, expiresAt: string | null, at: string): string | null => {
  if (expiresAt === null) return status;
  const left = Date.parse(expiresAt) - Date.parse(at);
  if (left <= 0) return 'expired';
  return left < soonDays * 86_400_000 ? 'expiring_soon' : status;
};
