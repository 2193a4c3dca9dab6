import type { SubscriptionOptions } from './subscription.js';
import { Undeliverable } from './undeliverable.js';
import { UnknownEvent } from './upcasting.js';

type Log = Record<'log' | 'warn' | 'error', (message: string) => void>;

/** A handler whose log says who leads, once that an outage began, once that it ended, and which events are dead letters. */
export function outageLog(
  log: Log,
  { outage, recovery }: { outage: string; recovery: string },
  handle: SubscriptionOptions['handle'],
): Required<Pick<SubscriptionOptions, 'handle' | 'onError' | 'onLead'>> {
  let isFailing = false;
  return {
    async handle(events, signal, lease) {
      await handle(events, signal, lease);
      if (isFailing) log.log(recovery);
      isFailing = false;
    },
    onError(error) {
      const { message } = error as Error;
      if (error instanceof Undeliverable || error instanceof UnknownEvent) return log.error(message);
      if (!isFailing) log.warn(`${outage}: ${message}`);
      isFailing = true;
    },
    onLead: (line) => log.log(line),
  };
}
