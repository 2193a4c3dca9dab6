import { Undeliverable } from './dead-letters.js';
import type { FollowerOptions } from './follower.js';

type Log = Record<'log' | 'warn' | 'error', (message: string) => void>;

/** A handler whose log says once that all waits and why, once that it goes on, and of each event that it is parked. */
export function reporting(
  log: Log,
  { waits, goesOn }: { waits: string; goesOn: string },
  handle: FollowerOptions['handle'],
): Required<Pick<FollowerOptions, 'handle' | 'onError'>> {
  let isFailing = false;
  return {
    async handle(events, signal) {
      await handle(events, signal);
      if (isFailing) log.log(goesOn);
      isFailing = false;
    },
    onError(error) {
      const { message } = error as Error;
      if (error instanceof Undeliverable) return log.error(message);
      if (!isFailing) log.warn(`${waits}: ${message}`);
      isFailing = true;
    },
  };
}
