import {
  isHistorySeenAs,
  isValidApproval,
  type OnboardingAttempt,
  onboardingOf,
  onboardingSeenByStaff,
} from './onboarding.js';

const attempt = (status: OnboardingAttempt['status'], id = 1, modified = '2031-05-05T12:00:00.000Z') => ({
  id,
  status,
  modified,
});

describe("a learner's onboarding", () => {
  it('has no status without an attempt', () =>
    expect(onboardingOf([], undefined)).toEqual({ status: null, expiresAt: null }));

  it('is verified for a year by any verified attempt', () =>
    expect(onboardingOf([attempt('error'), attempt('verified')], undefined)).toEqual({
      status: 'verified',
      expiresAt: '2032-05-04T12:00:00.000Z',
    }));

  it('is approved by another course, unless an attempt in this course is verified', () =>
    expect(onboardingOf([attempt('rejected')], attempt('verified', 9))).toMatchObject({
      status: 'other_course_approved',
    }));

  it('otherwise has the status of the last attempt', () =>
    expect(onboardingOf([attempt('second_review_required')], undefined)).toEqual({
      status: 'second_review_required',
      expiresAt: null,
    }));

  it('that another course approved counts for a year', () => {
    expect(isValidApproval(attempt('verified'), '2032-05-04T11:59:59.000Z')).toBe(true);
    expect(isValidApproval(attempt('verified'), '2032-05-04T12:00:00.000Z')).toBe(false);
    expect(isValidApproval(attempt('submitted'), '2031-05-06T12:00:00.000Z')).toBe(false);
  });
});

describe('the onboarding that staff see', () => {
  const seen = (...own: OnboardingAttempt[]) => onboardingSeenByStaff(own, undefined).status;

  it.each([
    ['created', 'setup_started'],
    ['ready_to_submit', 'onboarding_started'],
    ['onboarding_reset', 'onboarding_reset_past_due'],
    ['declined', null],
  ] as const)('%s is shown as %s', (status, shown) => expect(seen(attempt(status))).toBe(shown));

  it('is not started without an attempt', () => expect(seen()).toBe('not_started'));

  it('comes from the newer attempt after a reset', () =>
    expect(seen(attempt('onboarding_reset', 1), attempt('created', 2))).toBe('setup_started'));

  it('is verified even if a later attempt failed', () =>
    expect(seen(attempt('error', 2), attempt('verified', 1))).toBe('verified'));

  it('is the approval of another course unless verified here', () => {
    const approved = attempt('verified', 9, '2031-04-01T00:00:00.000Z');
    expect(onboardingSeenByStaff([attempt('error')], approved)).toEqual({
      status: 'other_course_approved',
      modified: '2031-04-01T00:00:00.000Z',
    });
    expect(onboardingSeenByStaff([attempt('verified')], approved).status).toBe('verified');
  });
});

it.each([
  ['', 'not_started'],
  ['1 started', 'onboarding_started'],
  ['1 onboarding_reset,2 created', 'setup_started'],
  ['2 onboarding_reset,1 created', 'onboarding_reset_past_due'],
  ['2 error,1 verified', 'verified'],
])('staff see the history "%s" as %s', (history, word) => {
  const isSeenAs = (seen: string, isApproved: boolean) => isHistorySeenAs([seen], history, isApproved);
  expect(isSeenAs(word, false)).toBe(true);
  expect(isSeenAs('rejected', false)).toBe(false);
  expect(isSeenAs('other_course_approved', false)).toBe(false);
  expect(isSeenAs('other_course_approved', true)).toBe(word !== 'verified');
  expect(isSeenAs(word, true)).toBe(word === 'verified');
});
