import { FormattedDate, FormattedRelativeTime } from 'react-intl';

/** An instant in the user's time zone, to the second. */
export function Time({ at }: { at: string | null | undefined }) {
  if (!at) return <span className="quiet">–</span>;
  return (
    <time dateTime={at}>
      <FormattedDate
        value={at}
        year="numeric"
        month="short"
        day="numeric"
        hour="2-digit"
        minute="2-digit"
        second="2-digit"
      />
    </time>
  );
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** "3 minutes ago"; the exact time is its title. It counts on by itself. */
export function TimeAgo({ at, now = Date.now() }: { at: string | null | undefined; now?: number }) {
  if (!at) return <span className="quiet">–</span>;
  const seconds = Math.round((Date.parse(at) - now) / 1000);
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? units[3];
  return (
    <time dateTime={at} title={new Date(at).toLocaleString(document.documentElement.lang)}>
      <FormattedRelativeTime
        value={Math.trunc(seconds / size)}
        unit={unit}
        numeric="auto"
        updateIntervalInSeconds={unit === 'day' ? undefined : unit === 'hour' ? 60 : 10}
      />
    </time>
  );
}

/** "1:02:05", counted in whole seconds. A negative rest is shown as 0. */
export function durationOf(seconds: number): string {
  const rest = Math.max(0, Math.floor(seconds));
  const two = (count: number) => String(count).padStart(2, '0');
  return `${Math.trunc(rest / 3600)}:${two(Math.trunc(rest / 60) % 60)}:${two(rest % 60)}`;
}
