import { isPastDue, isReached } from './attempt.time.js';

const [before, then, after] = ['2031-05-05T09:59:59.999Z', '2031-05-05T10:00:00.000Z', '2031-05-05T10:00:00.001Z'];

it('a time has come at that very instant, not before; where there is none it never comes', () => {
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

  it('without a due date when the course ends, where it is timed alone', () => {
    const atTheEnd = (exam: typeof timed) => [before, then].map((at) => isPastDue(exam, null, then, at));
    expect([timed, proctored, practice].map(atTheEnd)).toEqual([
      [false, true],
      [false, false],
      [false, false],
    ]);
  });
});
