import { Refusal } from '#domain';
import type { RecordedEvent } from './recorded-event.js';

/** Thrown by a follower's handler: this event becomes a dead letter, and later events of its learner wait behind it. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
  constructor(
    readonly event: RecordedEvent,
    readonly reason: string,
  ) {
    super(`${event.type} ${event.id}: ${reason}`);
  }
}

/** Data exceptions and violated constraints: the database refuses the same values each time. */
const refusedValues = /^2[23]/;

/** Whether an error comes from what an event says, so that a repetition fails in the same way. Outages are not. */
export const isCausedByEvent = (error: unknown): boolean =>
  error instanceof Refusal ||
  (error instanceof Error &&
    [TypeError, RangeError, SyntaxError, ReferenceError].some((kind) => error instanceof kind) &&
    !error.cause) || // fetch reports an outage as a TypeError with a cause
  refusedValues.test(String((error as { code?: unknown }).code ?? ''));

/** Does what concerns one event alone. An error of the event's making becomes Undeliverable. */
export async function orUndeliverable<T>(event: RecordedEvent, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isCausedByEvent(error) ? new Undeliverable(event, (error as Error).message) : error;
  }
}

/** Computes something from one event alone. Any error makes it Undeliverable. */
export function computeFrom<T>(event: RecordedEvent, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Undeliverable(event, (error as Error).message);
  }
}
