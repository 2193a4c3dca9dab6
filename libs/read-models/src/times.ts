/** An instant as REST writes it: UTC, `Z`, six decimals unless they are all zero (rest-api.md §3.1). */
export function instant(time: string): string;
export function instant(time: string | null): string | null;
export function instant(time: string | null): string | null {
  if (time === null) return null;
  const [, seconds, fraction = ''] = /^(.{19})(?:\.(\d+))?(?:Z|\+00:00)$/.exec(time)!;
  const micros = fraction.padEnd(6, '0');
  return /^0+$/.test(micros) ? `${seconds}Z` : `${seconds}.${micros}Z`;
}
