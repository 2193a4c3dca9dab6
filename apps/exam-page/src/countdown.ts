/** The time of a running attempt, as the service says it. */
export type TimeLeft = { seconds: number; isPaused: boolean };

/** A change that the page announces to the learner. */
export type Notice = { what: 'left' | 'longer'; minutes: number } | { what: 'paused' | 'goes_on' };

const announcedMinutes = [30, 10, 5, 1];
/** A smaller difference is the time that a request takes. */
const longerSeconds = 20;

/**
 * The time that is left, between two answers of the service. It counts from the last answer by a clock that nobody can set,
 * in milliseconds. So a wrong clock of the computer changes nothing, and after the computer slept the next answer corrects it.
 */
export class Countdown {
  private left: TimeLeft | undefined;
  private asOf = 0;
  private last = Number.POSITIVE_INFINITY;

  /** Takes an answer of the service. Answers what has changed since the last one. */
  correct(left: TimeLeft, nowMs: number): Notice[] {
    const before = this.left;
    const expected = this.secondsAt(nowMs);
    this.left = left;
    this.asOf = nowMs;
    if (!before) {
      this.last = left.seconds;
      return [];
    }
    const notices: Notice[] = [];
    if (left.isPaused !== before.isPaused) notices.push({ what: left.isPaused ? 'paused' : 'goes_on' });
    const more = left.seconds - expected;
    if (more >= longerSeconds && !before.isPaused) notices.push({ what: 'longer', minutes: Math.round(more / 60) });
    if (more > 0) this.last = left.seconds;
    return notices;
  }

  get isPaused(): boolean {
    return this.left?.isPaused ?? false;
  }

  secondsAt(nowMs: number): number {
    if (!this.left) return 0;
    const passed = this.left.isPaused ? 0 : (nowMs - this.asOf) / 1000;
    return Math.max(0, this.left.seconds - passed);
  }

  /** The announcement that is due: the smallest of the announced minutes that has just been reached. */
  announcementAt(nowMs: number): Notice | undefined {
    const seconds = this.secondsAt(nowMs);
    const reached = announcedMinutes.filter((minutes) => seconds <= minutes * 60 && this.last > minutes * 60);
    this.last = seconds;
    return reached.length > 0 && seconds > 0 ? { what: 'left', minutes: Math.min(...reached) } : undefined;
  }
}

/** "1:05:09", as a clock shows it. */
export function clockText(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${Math.trunc(whole / 3600)}:${two(Math.trunc(whole / 60) % 60)}:${two(whole % 60)}`;
}
