type Parts = {
  year: string;
  month: string;
  day: string;
  hour?: string;
  minute?: string;
  second?: string;
  fraction?: string;
  zone?: string;
};

export const firstInstant = '0001-01-01T00:00:00.000Z';
export const lastInstant = '9999-12-31T23:59:59.999Z';

/**
 * The instant of these parts, in UTC; microseconds are written only if they are not zero. `absent`: there is no such day
 * or hour. `far`: it is before the year 1 or after 9999.
 */
export const instantFrom = (parts: Parts): { at: string } | 'absent' | 'far' => {
  const [year, month, day] = [parts.year, parts.month, parts.day].map(Number) as [number, number, number];
  const [hour, minute, second] = [parts.hour, parts.minute, parts.second].map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
  ];
  const east = minutesEastOf(parts.zone);
  const utc = new Date(0);
  utc.setUTCFullYear(year, month - 1, day);
  // A month or a day that does not exist becomes one of another month.
  const isReal = utc.getUTCMonth() === month - 1;
  if (!isReal || year === 0 || hour > 23 || minute > 59 || second > 59 || east === undefined) return 'absent';
  const micros = (parts.fraction ?? '').slice(0, 6).padEnd(6, '0');
  utc.setUTCHours(hour, minute - east, second, Number(micros.slice(0, 3)));
  if (utc.getUTCFullYear() < 1 || utc.getUTCFullYear() > 9999) return 'far';
  return { at: utc.toISOString().replace('Z', micros.endsWith('000') ? 'Z' : `${micros.slice(3)}Z`) };
};

/** Minutes east of Greenwich; undefined for an offset of a day or more. */
const minutesEastOf = (zone: string | undefined): number | undefined => {
  const [, sign, hours, minutes] = zone?.match(/([+-])(\d\d):?(\d\d)?/) ?? [];
  const east = (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
  return Math.abs(east) < 1440 && Number(minutes ?? 0) < 60 ? east : undefined;
};

const iso = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)$/;

/** The instant of an ISO 8601 time with an offset; undefined for anything else, and for a day that does not exist. */
export const instantOf = (text: unknown): string | undefined => {
  const found = typeof text === 'string' && iso.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = found as unknown as string[];
  const instant = instantFrom({ year: year!, month: month!, day: day!, hour, minute, second, fraction, zone });
  return typeof instant === 'string' ? undefined : instant.at;
};

/** The instant so many milliseconds later, but none before the first instant or after the last. */
export const plusMs = (at: string, ms: number): string => {
  const [first, last] = [Date.parse(firstInstant), Date.parse(lastInstant)];
  return new Date(Math.min(Math.max(Date.parse(at) + ms, first), last)).toISOString();
};

export const plusMinutes = (at: string, minutes: number): string => plusMs(at, minutes * 60_000);
