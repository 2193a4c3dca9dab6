import type { Status } from '../attempts/attempt.statuses.js';
import { minutesByMultiplier } from './allowance.js';
import { allowanceEffectOf, minutesOfLearner } from './allowance.preview.js';

const attempt = (status: Status, more: object = {}) => ({
  status,
  allowedTimeLimitMins: status === 'created' ? null : 90,
  timeRemainingSeconds: null,
  extraSeconds: 0,
  ...more,
});
const time = 'additional_time_granted';
const policy = 'review_policy_exception';
const halfway = { timeRemainingSeconds: 1799 };

describe('a new allowance', () => {
  it.each([
    ['without an attempt', undefined, 'counts', 'counts'],
    ['before the start', attempt('created'), 'counts', 'attempt_keeps'],
    ['in a running attempt', attempt('started'), 'attempt_keeps', 'attempt_keeps'],
    ['in an attempt that waits for submission', attempt('ready_to_submit'), 'attempt_keeps', 'attempt_keeps'],
    ['in an attempt that may be resumed', attempt('error', halfway), 'carried_time', 'attempt_is_over'],
    ['in a resumed attempt', attempt('created', halfway), 'carried_time', 'attempt_keeps'],
    ['in an attempt that was submitted', attempt('submitted'), 'attempt_is_over', 'attempt_is_over'],
    ['after a resumed attempt', attempt('verified', halfway), 'attempt_is_over', 'attempt_is_over'],
  ] as const)('%s', (_, newest, ofTime, ofPolicy) => {
    expect(allowanceEffectOf(time, newest)).toBe(ofTime);
    expect(allowanceEffectOf('time_multiplier', newest)).toBe(ofTime);
    expect(allowanceEffectOf(policy, newest)).toBe(ofPolicy);
  });
});

describe('the minutes of a learner', () => {
  it.each([
    ['are the limit and the additional time', undefined, 105],
    ['are those of the running attempt, with its extra time', attempt('started', { extraSeconds: 600 }), 100],
    ['are those that a resumed attempt had left', attempt('created', halfway), 29],
    ['count from the limit after a resumed attempt', attempt('verified', halfway), 105],
  ])('%s', (_, newest, minutes) => expect(minutesOfLearner(90, 15, newest)).toBe(minutes));
});

it('a multiplier rounds half minutes to even', () => {
  expect([1, 1.25, 1.5, 2].map((multiplier) => minutesByMultiplier(21, multiplier))).toEqual(['0', '5', '10', '21']);
});
