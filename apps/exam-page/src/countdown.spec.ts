import { Countdown, clockText } from './countdown.js';

const minutes = (count: number) => count * 60_000;
const running = (seconds: number) => ({ seconds, isPaused: false });
const paused = (seconds: number) => ({ seconds, isPaused: true });

const begun = (seconds: number) => {
  const countdown = new Countdown();
  countdown.correct(running(seconds), 0);
  return countdown;
};

describe('the count-down of an exam', () => {
  it('counts from the last answer of the service', () => {
    const countdown = begun(3600);
    expect(countdown.secondsAt(minutes(10))).toBe(3000);
    countdown.correct(running(2990), minutes(10));
    expect(countdown.secondsAt(minutes(11))).toBe(2930);
  });

  it('is right again with the first answer after the computer slept', () => {
    const countdown = begun(3600);
    // The computer slept for half an hour, and its clock stood still.
    expect(countdown.correct(running(1800), minutes(1))).toEqual([]);
    expect(countdown.secondsAt(minutes(1))).toBe(1800);
    expect(countdown.announcementAt(minutes(1))).toEqual({ what: 'left', minutes: 30 });
  });

  it('announces 30, 10, 5 and 1 minutes, each once', () => {
    const countdown = begun(31 * 60);
    const announced = Array.from({ length: 31 * 60 }, (_, second) => countdown.announcementAt(second * 1000));
    expect(announced.flatMap((notice) => (notice?.what === 'left' ? notice.minutes : []))).toEqual([30, 10, 5, 1]);
  });

  it('announces only the last one if several were missed', () => {
    const countdown = begun(31 * 60);
    expect(countdown.announcementAt(minutes(27))).toEqual({ what: 'left', minutes: 5 });
  });

  it('announces nothing for a page that opens late', () => {
    const countdown = begun(4 * 60);
    expect(countdown.announcementAt(1000)).toBeUndefined();
  });

  it('stands still while the exam is paused, and says so', () => {
    const countdown = begun(3600);
    expect(countdown.correct(paused(3540), minutes(1))).toEqual([{ what: 'paused' }]);
    expect(countdown.secondsAt(minutes(20))).toBe(3540);
    expect(countdown.correct(running(3540), minutes(20))).toEqual([{ what: 'goes_on' }]);
    expect(countdown.secondsAt(minutes(21))).toBe(3480);
  });

  it('says how much longer it became, and announces the minutes again', () => {
    const countdown = begun(11 * 60);
    expect(countdown.announcementAt(minutes(1))).toEqual({ what: 'left', minutes: 10 });
    expect(countdown.correct(running(20 * 60), minutes(2))).toEqual([{ what: 'longer', minutes: 11 }]);
    expect(countdown.announcementAt(minutes(12))).toEqual({ what: 'left', minutes: 10 });
  });

  it('takes the time of a request for no extra time', () =>
    expect(begun(3600).correct(running(3590), 25_000)).toEqual([]));

  it('ends at zero', () => {
    const countdown = begun(10);
    expect(countdown.secondsAt(minutes(1))).toBe(0);
    expect(countdown.announcementAt(minutes(1))).toBeUndefined();
  });
});

it.each([
  [0, '0:00:00'],
  [59.2, '0:01:00'],
  [5409, '1:30:09'],
])('%d seconds are shown as %s', (seconds, text) => expect(clockText(seconds)).toBe(text));
