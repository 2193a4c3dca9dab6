import { instant, type ReviewHours, type StatusCount } from '#read-models';

/** Counts by days have one more entry for this many days and all longer times. */
const mostDays = 14;

/** How many attempts have each outcome, and how many hours after the submission the first review came. */
export function outcomesOf(counts: readonly StatusCount[], hours: readonly ReviewHours[]) {
  const having = (...statuses: string[]) => sum(counts.filter(({ status }) => statuses.includes(status)));
  const waitingSince = counts.flatMap(({ oldest }) => oldest ?? []).sort((a, b) => Date.parse(a) - Date.parse(b));
  return {
    verified: having('verified'),
    rejected: having('rejected'),
    second_review: having('second_review_required'),
    waiting: having('submitted', 'timed_out'),
    error: having('error'),
    oldest_waiting_since: instant(waitingSince[0] ?? null),
    reviewed: sum(hours),
    median_hours: hoursUntil(0.5, hours),
    p90_hours: hoursUntil(0.9, hours),
  };
}

/** The hours after which this share of the reviews had come; null without reviews. */
function hoursUntil(share: number, reviews: readonly ReviewHours[]): number | null {
  const wanted = share * sum(reviews);
  let count = 0;
  for (const { hours, attempts } of reviews.toSorted((a, b) => a.hours - b.hours)) {
    count += attempts;
    if (count >= wanted) return hours;
  }
  return null;
}

/** Attempts by whole days: 0, 1, 2, … and `mostDays` or more. */
export const byDays = (counts: readonly { days: number | null; attempts: number }[]) =>
  Array.from({ length: mostDays + 1 }, (_, days) => ({
    days,
    attempts: sum(counts.filter((each) => each.days !== null && Math.min(Math.max(0, each.days), mostDays) === days)),
  }));

const sum = (counts: readonly { attempts: number }[]) => counts.reduce((total, { attempts }) => total + attempts, 0);
