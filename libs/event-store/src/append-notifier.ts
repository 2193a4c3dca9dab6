import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '#connections';

/** The LISTEN/NOTIFY channel of new events. */
export const channel = 'events_appended';
/** A subscription that was just woken is busy for longer than this. */
const minIntervalMs = 10;

/**
 * Wakes the subscriptions of all processes when there are new events. It notifies after the append, in its own transaction:
 * PostgreSQL serializes the commits of transactions that notify. A subscription that misses a notification polls.
 */
export class AppendNotifier {
  private isNotifying = false;
  private isPending = false;

  constructor(private readonly database: Database) {}

  /** Sends one notification at a time, and at most one per `minIntervalMs`, however often it is called. */
  readonly notify = async (): Promise<void> => {
    this.isPending = true;
    if (this.isNotifying) return;
    this.isNotifying = true;
    while (this.isPending) {
      this.isPending = false;
      // Subscriptions poll, so a lost notification does no harm: do not wait for fsync.
      const text = `select set_config('synchronous_commit', 'off', true), pg_notify('${channel}', '')`;
      await this.database.read({ name: 'notify', text }).catch(() => {});
      await pause(minIntervalMs);
    }
    this.isNotifying = false;
  };
}
