import type { Status } from '../attempts/attempt.statuses.js';
import { plusMinutes } from '../instants.js';
import { secondsOfExamAccess } from './exam-access.js';

const start = '2031-05-05T12:00:00.000Z';
const at = (minutes: number) => plusMinutes(start, minutes);
const attemptWith = (status: Status, more: object = {}) => ({
  status,
  startedAt: start,
  allowedTimeLimitMins: 30,
  extraSeconds: 0,
  pausedAt: null,
  pausedMs: 0,
  ...more,
});
const due = at(60);
type Given = { hideAfterDue?: boolean; dueAt?: string | null; pausedAt?: string };
const access = (minutes: number, status?: Status, { hideAfterDue = false, dueAt = due, ...more }: Given = {}) =>
  secondsOfExamAccess({
    isStaff: false,
    ...(status && { attempt: attemptWith(status, more) }),
    exam: { dueAt, hideAfterDue },
    at: at(minutes),
  });

describe('before the due date, the content of an exam is open', () => {
  it('during the exam', () => expect(access(10, 'started')).toBe(60));
  it('no longer than the exam', () => expect(access(29.5, 'started')).toBe(30));
  it('not when the time is over and nobody has noticed it yet', () => expect(access(30, 'started')).toBeUndefined());
  it('not during a pause', () => expect(access(10, 'started', { pausedAt: at(5) })).toBeUndefined());
  it('without a due date, too', () => expect(access(10, 'started', { dueAt: null })).toBe(60));

  it.each(['created', 'ready_to_start', 'ready_to_submit', 'submitted', 'verified', 'rejected', undefined] as const)(
    'not to a learner whose attempt is %s',
    (status) => expect(access(10, status)).toBeUndefined(),
  );
});

describe('from the due date on, the content of an exam is open', () => {
  it.each(['submitted', 'timed_out', 'verified', undefined] as const)('to a learner whose attempt is %s', (status) =>
    expect(access(60, status)).toBe(60),
  );
  it.each(['submitted', 'verified', undefined] as const)(
    'not if the exam is hidden then, also to a learner whose attempt is %s',
    (status) => expect(access(60, status, { hideAfterDue: true })).toBeUndefined(),
  );
  it.each(['created', 'started', 'rejected', 'error', 'second_review_required', 'declined'] as const)(
    'not to a learner whose attempt is %s',
    (status) => expect(access(60, status)).toBeUndefined(),
  );
});

it('staff may always see the content', () =>
  expect(secondsOfExamAccess({ isStaff: true, exam: { dueAt: due, hideAfterDue: true }, at: at(99) })).toBe(60));
