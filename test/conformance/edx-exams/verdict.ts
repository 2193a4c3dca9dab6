import type { Reply } from './client.js';
import { compareValues } from './compare.js';
import type { Exception } from './exceptions.js';
import type { Variables } from './variables.js';

/** One line for each way in which an exchange is not as its exception says. `lines`: its differences from the recording. */
export function verdictOn(
  { because, status, body, differs, events }: Exception,
  lines: string[],
  ours: Pick<Reply, 'status' | 'body'>,
  ourEvents: (string | undefined)[],
  variables: Variables,
): string[] {
  if (lines.length === 0) return [`${because}: it no longer differs from the recording, so this exception must go`];
  return [
    ...(ours.status === status ? [] : [`status: announced ${status}, service ${ours.status}`]),
    ...(body === undefined ? [] : compareValues('body', body, ours.body, variables)),
    ...(differs ? lines.filter((line) => !differs.some((place) => line.startsWith(place))) : []),
    ...compareValues('events', events ?? [], ourEvents, variables),
  ].map((line) => `${because}: ${line}`);
}
