import { lastInstant, plusMinutes } from '../instants.js';
import { allowedTime, expiryOf, isOverdue, isPastDue, isReached, remainingSeconds } from './attempt.time.js';

const [before, then, after] = ['2031-05-05T09:59:59.999Z', '2031-05-05T10:00:00.000Z', '2031-05-05T10:00:00.001Z'];

/** Nobody gave extra time or paused the attempt. */
const untouched = { extraSeconds: 0, pausedAt: null, pausedMs: 0 };

it('a time is reached at its instant and not before; a missing time is never reached', () => {
  expect([before, then, after].map((at) => isReached(then, at))).toEqual([false, true, true]);
  expect([null, undefined].map((time) => isReached(time, after))).toEqual([false, false]);
});

describe('an exam is past due', () => {
  const [timed, proctored, practice] = [
    { isProctored: false, isPracticeExam: false },
    { isProctored: true, isPracticeExam: false },
    { isProctored: true, isPracticeExam: true },
  ];

  it.each([timed, proctored, practice])('at its due date, whenever the course ends (%j)', (exam) => {
    expect([before, then].map((at) => isPastDue(exam, then, null, at))).toEqual([false, true]);
    expect(isPastDue(exam, after, before, then)).toBe(false);
  });

  it('when the course ends, if it is a timed exam without a due date', () => {
    const atTheEnd = (exam: typeof timed) => [before, then].map((at) => isPastDue(exam, null, then, at));
    expect([timed, proctored, practice].map(atTheEnd)).toEqual([
      [false, true],
      [false, false],
      [false, false],
    ]);
  });
});

describe('the time that a learner gets', () => {
  const facts = { limitMinutes: 90, additionalMinutes: 15, carriedSeconds: null, dueAt: null, at: then };

  it('is the limit and the allowance, or the time that the resumed attempt had left', () => {
    expect(allowedTime(facts)).toEqual({ ...facts, minutes: 105, at: undefined });
    expect(allowedTime({ ...facts, carriedSeconds: 1199 })).toMatchObject({ minutes: 19, additionalMinutes: 0 });
    expect(allowedTime({ ...facts, carriedSeconds: 0 })).toMatchObject({ minutes: 105, carriedSeconds: null });
  });

  it('is shortened by an earlier due date, and contains the date only then', () => {
    const dueIn = (minutes: number) => allowedTime({ ...facts, dueAt: plusMinutes(then, minutes) });
    expect(dueIn(104)).toMatchObject({ minutes: 104, dueAt: plusMinutes(then, 104) });
    expect(dueIn(105)).toMatchObject({ minutes: 105, dueAt: null });
    expect(dueIn(106)).toMatchObject({ minutes: 105, dueAt: null });
    expect(dueIn(-5)).toMatchObject({ minutes: 0 });
  });

  it('does not run before the start', () => {
    const timing = { ...untouched, startedAt: null, allowedTimeLimitMins: null };
    expect(expiryOf(timing)).toBeNull();
    expect(isOverdue({ ...timing, status: 'created' }, lastInstant)).toBe(false);
    expect(remainingSeconds(timing, then)).toBe(0);
    expect(remainingSeconds({ ...untouched, startedAt: then, allowedTimeLimitMins: 1 }, then)).toBe(60);
  });
});

describe('minutes that were stored before they had a limit', () => {
  const facts = { additionalMinutes: 0, carriedSeconds: null, dueAt: null, at: then };

  it.each([9_999_999_999, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY])(
    'count as ten years, as %d',
    (minutes) => {
      expect(allowedTime({ ...facts, limitMinutes: minutes }).minutes).toBe(5_256_000);
      expect(allowedTime({ ...facts, limitMinutes: 30, additionalMinutes: minutes }).minutes).toBe(5_256_000);
    },
  );

  it('end a running attempt at the last possible instant', () => {
    const timing = { ...untouched, startedAt: then, allowedTimeLimitMins: 9_999_999_999 };
    expect(expiryOf(timing)).toBe(lastInstant);
    expect(isOverdue({ ...timing, status: 'started' }, after)).toBe(false);
    expect(remainingSeconds(timing, after)).toBeGreaterThan(0);
  });
});
