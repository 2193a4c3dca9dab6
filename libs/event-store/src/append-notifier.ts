import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '#connections';

/** Where followers listen. */
export const channel = 'events_appended';
/** Whoever was just woken is busy for longer. */
const minIntervalMs = 10;

/**
 * Wakes followers in all processes when there are new events. It rings after the append and beside it: inside it, the
 * database would let one append commit at a time. Who hears nothing looks by itself a moment later.
 */
export class AppendNotifier {
  private isRinging = false;
  private isAsked = false;

  constructor(private readonly database: Database) {}

  /** However often it is asked, one notification is on its way at a time, and the next one a moment later. */
  readonly notify = async (): Promise<void> => {
    this.isAsked = true;
    if (this.isRinging) return;
    this.isRinging = true;
    while (this.isAsked) {
      this.isAsked = false;
      // A lost notification is no loss: its commit need not wait for the disk.
      const text = `select set_config('synchronous_commit', 'off', true), pg_notify('${channel}', '')`;
      await this.database.read({ name: 'ring', text }).catch(() => {});
      await pause(minIntervalMs);
    }
    this.isRinging = false;
  };
}
