import { plusMinutes } from '../instants.js';
import { limits } from '../limits.js';
import { isIncomplete, type Status } from './attempt.statuses.js';

/** The clock of an attempt: minutes from an instant, both null before the start. */
type Clock = { startedAt: string | null; allowedTimeLimitMins: number | null };

const minutesBetween = (from: string, to: string) => Math.trunc((Date.parse(to) - Date.parse(from)) / 60_000);

/** How many minutes a learner gets at an exam, and from what that follows (domain.md §3.5). */
export type AllowedTime = {
  minutes: number;
  limitMinutes: number;
  additionalMinutes: number;
  /** Seconds carried over from the attempt that is resumed; they replace limit and allowance. */
  carriedSeconds: number | null;
  /** Only where the due date shortened the time. */
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
  const carriedSeconds = facts.carriedSeconds || null; // 0 saved seconds count as nothing saved
  const additionalMinutes = carriedSeconds === null ? facts.additionalMinutes : 0;
  const granted = carriedSeconds === null ? limitMinutes + additionalMinutes : Math.trunc(carriedSeconds / 60);
  // Exams and allowances of before there was a limit may say more.
  const minutes = Math.min(granted, limits.minutes);
  const isCut = dueAt !== null && Date.parse(plusMinutes(at, minutes)) > Date.parse(dueAt);
  return {
    minutes: isCut ? Math.max(minutesBetween(at, dueAt), 0) : minutes,
    limitMinutes,
    additionalMinutes,
    carriedSeconds,
    dueAt: isCut ? dueAt : null,
  };
};

/** The instant at which a started attempt's time is over, or null before the start. */
export const expiryOf = (attempt: Clock): string | null =>
  attempt.startedAt === null ? null : plusMinutes(attempt.startedAt, attempt.allowedTimeLimitMins ?? 0);

/** Has a running attempt run out of time (domain.md §4.4)? Strictly later than its last instant. */
export const isOverdue = (attempt: Clock & { status: Status }, at: string): boolean => {
  const expiry = expiryOf(attempt);
  return expiry !== null && isIncomplete(attempt.status) && Date.parse(at) > Date.parse(expiry);
};

/** Seconds left, whatever the status; 0 when not started or over (domain.md §4.3). */
export const remainingSeconds = (attempt: Clock, at: string): number => {
  const expiry = expiryOf(attempt);
  return expiry === null ? 0 : Math.max(0, (Date.parse(expiry) - Date.parse(at)) / 1000);
};

/** Has this time come? That very instant counts. */
export const isReached = (time: string | null | undefined, at: string): boolean =>
  typeof time === 'string' && Date.parse(time) <= Date.parse(at);

/** Has the exam's last moment come for this learner (domain.md §4.2)? */
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
