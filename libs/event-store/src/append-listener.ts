import type pg from 'pg';
import { type Database, openClient } from '#connections';
import { channel } from './append-notifier.js';

const reopenMs = 2_000;

/**
 * Calls `onAppend` when any process appended events. It has one connection. While it has none, and behind a pooler that
 * keeps no sessions, no call comes: the caller also looks from time to time.
 */
export class AppendListener {
  private client?: pg.Client;
  private reopening?: NodeJS.Timeout;
  private isClosed = false;

  constructor(
    private readonly database: Database,
    private readonly onAppend: () => void,
  ) {
    void this.open();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.reopening);
    await this.client?.end().catch(() => {});
  }

  private async open(): Promise<void> {
    try {
      const client = await openClient(this.database.options);
      this.client = client.on('notification', this.onAppend).once('end', () => this.openLater());
      if (this.isClosed) await client.end();
      else await client.query(`listen ${channel}`);
    } catch {
      this.openLater();
    }
  }

  private openLater(): void {
    if (this.isClosed) return;
    clearTimeout(this.reopening);
    this.reopening = setTimeout(() => void this.open(), reopenMs).unref();
  }
}
