import { plusMinutes, plusMs } from '../instants.js';
import { limits } from '../limits.js';
import { isIncomplete, type Status } from './attempt.statuses.js';

/** When an attempt started, the minutes fixed at the start (both null before it), extra time and pauses. */
export type Timing = {
  startedAt: string | null;
  allowedTimeLimitMins: number | null;
  /** Extra time that staff gave while the attempt ran. */
  extraSeconds: number;
  /** Since when the attempt is paused; null while its clock runs. */
  pausedAt: string | null;
  /** The length of all pauses that ended. */
  pausedMs: number;
};

const minutesBetween = (from: string, to: string) => Math.trunc((Date.parse(to) - Date.parse(from)) / 60_000);

/** The minutes that a learner gets at an exam, and the values from which they follow (domain.md §3.5). */
export type AllowedTime = {
  minutes: number;
  limitMinutes: number;
  additionalMinutes: number;
  /** Seconds that the resumed attempt had left. They replace limit and allowance. */
  carriedSeconds: number | null;
  /** Null unless the due date shortened the time. */
  dueAt: string | null;
};

export const allowedTime = (facts: {
  limitMinutes: number;
  additionalMinutes: number;
  carriedSeconds: number | null;
  dueAt: string | null;
  at: string;
}): AllowedTime => {
  const { limitMinutes, at, dueAt } = facts;
  const carriedSeconds = facts.carriedSeconds || null; // 0 seconds count as none
  const additionalMinutes = carriedSeconds === null ? facts.additionalMinutes : 0;
  const grantedMinutes = carriedSeconds === null ? limitMinutes + additionalMinutes : Math.trunc(carriedSeconds / 60);
  // Exams and allowances from before this limit may have more minutes.
  const minutes = Math.min(grantedMinutes, limits.minutes);
  const isShortened = dueAt !== null && Date.parse(plusMinutes(at, minutes)) > Date.parse(dueAt);
  return {
    minutes: isShortened ? Math.max(minutesBetween(at, dueAt), 0) : minutes,
    limitMinutes,
    additionalMinutes,
    carriedSeconds,
    dueAt: isShortened ? dueAt : null,
  };
};

/** The minutes of an attempt with its extra time, which may be after the due date; null before the start. */
export const allowedMinutesOf = (attempt: Pick<Timing, 'allowedTimeLimitMins' | 'extraSeconds'>): number | null =>
  attempt.allowedTimeLimitMins && attempt.allowedTimeLimitMins + Math.trunc(attempt.extraSeconds / 60);

/** The end of the time if there is no open pause; null before the start. */
const endOf = ({ startedAt, allowedTimeLimitMins, extraSeconds, pausedMs }: Timing): string | null =>
  startedAt === null ? null : plusMs(startedAt, (allowedTimeLimitMins ?? 0) * 60_000 + extraSeconds * 1000 + pausedMs);

/** The instant at which a started attempt's time is over; null before the start, and while it is paused. */
export const expiryOf = (attempt: Timing): string | null => (attempt.pausedAt === null ? endOf(attempt) : null);

/** Is the time of a running attempt over (domain.md §4.4)? Its last instant still belongs to it. */
export const isOverdue = (attempt: Timing & { status: Status }, at: string): boolean => {
  const expiry = expiryOf(attempt);
  return expiry !== null && isIncomplete(attempt.status) && Date.parse(at) > Date.parse(expiry);
};

/** The seconds left, in any status; 0 before the start and after the end (domain.md §4.3). A pause keeps them as they are. */
export const remainingSeconds = (attempt: Timing, at: string): number => {
  const end = endOf(attempt);
  return end === null ? 0 : Math.max(0, (Date.parse(end) - Date.parse(attempt.pausedAt ?? at)) / 1000);
};

/** Is it this time, or later? */
export const isReached = (time: string | null | undefined, at: string): boolean =>
  typeof time === 'string' && Date.parse(time) <= Date.parse(at);

/** Is the exam over for this learner (domain.md §4.2)? Without a due date, a timed exam ends with its course. */
export const isPastDue = (
  exam: { isProctored: boolean; isPracticeExam: boolean },
  dueAt: string | null,
  courseEndsAt: string | null,
  at: string,
): boolean => {
  if (dueAt !== null) return isReached(dueAt, at);
  const isTimed = !exam.isProctored && !exam.isPracticeExam;
  return isTimed && isReached(courseEndsAt, at);
};
