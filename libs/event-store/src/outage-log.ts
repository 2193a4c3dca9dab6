import type { SubscriptionOptions } from './subscription.js';
import { Undeliverable } from './undeliverable.js';
import { UnknownEvent } from './upcasting.js';

type Log = Record<'log' | 'warn' | 'error', (message: string) => void>;

/** Logs each outage once when it begins and once when it ends, every dead letter, and changes of the lead. */
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
