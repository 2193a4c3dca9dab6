import type { Lease } from './lease.js';
import { byStream, type RecordedEvent } from './recorded-event.js';
import { orUndeliverable, Undeliverable } from './undeliverable.js';

/**
 * Delivers events one by one: in order within a stream, and different streams at the same time. A failure holds up its own
 * stream alone. Throws in the end, an Undeliverable before any other failure. Stops when the lease is lost.
 */
export async function forEachStream(
  events: readonly RecordedEvent[],
  concurrency: number,
  deliver: (event: RecordedEvent) => Promise<void>,
  signal?: AbortSignal,
  lease?: Lease,
): Promise<void> {
  const waiting = [...byStream(events).values()];
  const failures: unknown[] = [];
  const work = async () => {
    for (let stream = waiting.shift(); stream; stream = waiting.shift())
      for (const event of stream) {
        signal?.throwIfAborted();
        lease?.check();
        const failure = await orUndeliverable(event, () => deliver(event)).then(
          () => undefined,
          (error) => error ?? new Error('unknown'),
        );
        if (failure) {
          failures.push(failure);
          break; // later events of the stream must not overtake it
        }
      }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const failure = failures.find((each) => each instanceof Undeliverable) ?? failures[0];
  if (failure) throw failure;
}
