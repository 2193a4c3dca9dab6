import type { Reply } from './client.js';
import { compareValues } from './compare.js';
import type { Variables } from './variables.js';

/**
 * The exchanges that the service answers in another way on purpose. `because` is a hole of edx-exams.md §10, or a section.
 * The answer must be the one written here, and it must differ from the recording: a stale exception fails the run.
 */
export type Exception = {
  story: string;
  /** The name of the exchange; the second one of a name ends in ` (2)`. */
  exchange: string;
  because: string;
  reason: string;
  status: number;
  /** Our body, if the client reads it. Variables are filled in, placeholders such as `<any>` accept any value. */
  body?: unknown;
  /** The names of our events for the event bus, if they are others than recorded. */
  events?: string[];
};

export const exceptions: Exception[] = [];

/** One line for each way in which an exchange is not as its exception says. `lines`: its differences from the recording. */
export function verdictOn(
  { because, status, body, events }: Exception,
  lines: string[],
  ours: Pick<Reply, 'status' | 'body'>,
  ourEvents: (string | undefined)[],
  variables: Variables,
): string[] {
  if (lines.length === 0) return [`${because}: it no longer differs from the recording, so this exception must go`];
  return [
    ...(ours.status === status ? [] : [`status: announced ${status}, service ${ours.status}`]),
    ...(body === undefined ? [] : compareValues('body', body, ours.body, variables)),
    ...compareValues('events', events ?? [], ourEvents, variables),
  ].map((line) => `${because}: ${line}`);
}
