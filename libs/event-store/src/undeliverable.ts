import { Refusal } from '#domain';
import type { RecordedEvent } from './recorded-event.js';

/** Thrown by a subscription's handler. The event becomes a dead letter; later events with its ordering key wait behind it. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
  constructor(
    readonly event: RecordedEvent,
    /** It is stored and logged, so it must name nobody: see `causeOf`. */
    readonly reason: string,
  ) {
    super(`${event.type} ${event.id}: ${reason}`);
  }
}

/** PostgreSQL's data exceptions and constraint violations: it refuses the same values each time. */
const refusedValues = /^2[23]/;

/** Whether the content of an event causes the error, so that a retry fails in the same way. False for outages. */
export const isCausedByEvent = (error: unknown): boolean =>
  error instanceof Refusal ||
  (error instanceof Error &&
    [TypeError, RangeError, SyntaxError, ReferenceError].some((kind) => error instanceof kind) &&
    !error.cause) || // fetch reports an outage as a TypeError with a cause
  refusedValues.test(String((error as { code?: unknown }).code ?? ''));

/** Which error it is and where it was thrown. Its words are left out, because they may repeat a name or an address. */
export function causeOf(error: unknown): string {
  const { name = 'Error', code, stack = '' } = Object(error) as Error & { code?: unknown };
  const [, place] = /\n\s+at .*?([^/\\(]+:\d+):\d+\)?(?=\n|$)/.exec(stack) ?? [];
  return [name, ...(code === undefined ? [] : [String(code)]), ...(place === undefined ? [] : [`in ${place}`])].join(
    ' ',
  );
}

/** Does work for one event. An error that the event's content causes becomes Undeliverable. */
export async function orUndeliverable<T>(event: RecordedEvent, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isCausedByEvent(error) ? new Undeliverable(event, causeOf(error)) : error;
  }
}

/** Computes a value from one event. Any error becomes Undeliverable. */
export function computeFrom<T>(event: RecordedEvent, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Undeliverable(event, causeOf(error));
  }
}

/** The words of an outage are kept. Those of an error that an event causes may repeat a name. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof Undeliverable) return error.reason;
  return isCausedByEvent(error) ? causeOf(error) : (error as Error).message;
};
