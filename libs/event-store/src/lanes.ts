import { Undeliverable } from './dead-letters.js';
import { byStream, type Stored } from './stored.js';

/**
 * Hands events over one by one: those of one stream in order, different streams at the same time. What fails holds up its
 * own stream alone. Throws in the end: an Undeliverable before any other failure.
 */
export async function inLanes(
  events: readonly Stored[],
  lanes: number,
  deliver: (event: Stored) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const waiting = [...byStream(events).values()];
  const failures: unknown[] = [];
  const lane = async () => {
    for (let stream = waiting.shift(); stream; stream = waiting.shift())
      for (const event of stream) {
        signal?.throwIfAborted();
        const failure = await deliver(event).catch((error) => error ?? new Error('unknown'));
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
