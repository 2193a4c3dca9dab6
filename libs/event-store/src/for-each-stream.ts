import type { Lease } from './lease.js';
import { byStream, type RecordedEvent } from './recorded-event.js';
import { orUndeliverable, Undeliverable } from './undeliverable.js';

/**
 * Hands events over one by one: those of one stream in order, different streams at the same time. What fails holds up its
 * own stream alone. Throws in the end: an Undeliverable before any other failure. Ends when the lease is lost.
 */
export async function forEachStream(
  events: readonly RecordedEvent[],
  lanes: number,
  deliver: (event: RecordedEvent) => Promise<void>,
  signal?: AbortSignal,
  lease?: Lease,
): Promise<void> {
  const waiting = [...byStream(events).values()];
  const failures: unknown[] = [];
  const lane = async () => {
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
          break; // what the learner did next must not overtake
        }
      }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const failure = failures.find((each) => each instanceof Undeliverable) ?? failures[0];
  if (failure) throw failure;
}
