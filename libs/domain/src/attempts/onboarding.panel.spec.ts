import { onboardingPanelOf } from './onboarding.panel.js';

const at = '2031-05-05T12:00:00.000Z';
const inDays = (days: number) => new Date(Date.parse(at) + days * 86_400_000).toISOString();
const panel = (status: string | null, expiresAt: string | null = null, when: 'open' | 'future' | 'past_due' = 'open') =>
  onboardingPanelOf({ status, expiresAt }, when, at);

describe("a learner's onboarding panel", () => {
  it.each([
    [null, 'not_started', 'needs_action', 'needed', 'complete'],
    ['created', 'not_started', 'needs_action', 'needed', 'complete'],
    ['download_software_clicked', 'not_started', 'needs_action', 'needed', 'complete'],
    ['ready_to_start', 'not_started', 'needs_action', 'needed', 'complete'],
    ['started', 'started', 'needs_action', 'needed', 'complete'],
    ['ready_to_submit', 'started', 'needs_action', 'needed', 'complete'],
    ['submitted', 'submitted', 'waiting', 'under_review', null],
    ['second_review_required', 'submitted', 'waiting', 'under_review', null],
    ['verified', 'verified', 'good', null, null],
    ['other_course_approved', 'other_course_approved', 'good', null, 'view'],
    ['rejected', 'rejected', 'needs_action', 'needed', 'complete'],
    ['error', 'error', 'needs_action', 'needed', 'complete'],
    ['onboarding_reset', undefined, 'needs_action', 'needed', 'complete'],
  ] as const)('with %s', (status, label, tone, reminder, link) =>
    expect(panel(status)).toEqual({ status, label, tone, reminder, link }),
  );

  it.each([
    ['29 days before its end', 29, 'verified', 'good'],
    ['28 days before its end', 28, 'verified', 'good'],
    ['27 days before its end', 27, 'expiring_soon', 'waiting'],
    ['at its end', 0, 'expired', 'needs_action'],
    ['after its end', -1, 'expired', 'needs_action'],
  ] as const)('shows an approval %s', (_, days, label, tone) =>
    expect(panel('verified', inDays(days))).toMatchObject({ status: label, label, tone, reminder: null, link: null }),
  );

  it('links to the exam again when the approval of another course expires soon or has expired', () => {
    expect(panel('other_course_approved', inDays(100)).link).toBe('view');
    expect(panel('other_course_approved', inDays(10)).link).toBe('complete');
    expect(panel('other_course_approved', inDays(-10)).link).toBe('complete');
  });

  it('has no link to an exam that is not open', () => {
    expect(panel(null, null, 'future').link).toBe('opens_later');
    expect(panel(null, null, 'past_due').link).toBe('past_due');
    expect(panel('submitted', null, 'future').link).toBeNull();
  });
});
