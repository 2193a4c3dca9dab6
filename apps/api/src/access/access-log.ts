import { Injectable, Logger } from '@nestjs/common';
import { type AccessEntry, recordAccess } from '#access-log';
import { Database, unabortable } from '#connections';

const flushMs = 500;
/** Entries in one statement. */
const batchSize = 500;
/** If so many entries wait, requests wait for the flush. */
const mostWaiting = 5_000;
/** Beyond this number, refusals of different bad tokens are counted together. */
const mostKindsOfRefusals = 100;

/** Writes the access log. Entries of writes are awaited; those of reads wait up to a second for others. */
@Injectable()
export class AccessLog {
  private readonly log = new Logger('AccessLog');
  private waiting: AccessEntry[] = [];
  /** Refusals of unknown callers since the last flush, by action, status and token. */
  private readonly refusals = new Map<string, AccessEntry>();
  private timer?: NodeJS.Timeout;
  private flushing?: Promise<void>;
  private hasFailed = false;
  private isClosed = false;

  constructor(private readonly database: Database) {}

  /** Resolves when the entry is stored. */
  record(entry: AccessEntry): Promise<void> {
    return unabortable(() => recordAccess(this.database, [entry]));
  }

  /** Answers undefined if the caller need not wait, and a promise if too many entries wait already. */
  recordLater(entry: AccessEntry): Promise<void> | undefined {
    if (!this.isRepeatedRefusal(entry)) this.waiting.push(entry);
    this.timer ??= setTimeout(() => this.flush().catch(() => {}), flushMs);
    if (this.waiting.length >= mostWaiting) return this.flush();
    if (this.waiting.length >= batchSize) this.flush().catch(() => {});
    return undefined;
  }

  /** Counts repeated refusals in one entry: a flood of requests without a login must not fill the log. */
  private isRepeatedRefusal(entry: AccessEntry): boolean {
    if (entry.userId !== undefined || entry.outcome !== 'refused') return false;
    const tokenId = this.refusals.size < mostKindsOfRefusals ? entry.tokenId : undefined;
    const key = JSON.stringify([entry.action, entry.status, tokenId]);
    const known = this.refusals.get(key);
    if (known) known.times = (known.times ?? 1) + 1;
    else this.refusals.set(key, entry);
    return known !== undefined;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.flush().catch(() => this.log.error(`${this.waiting.length} entries of the access log are lost.`));
  }

  /** Stores the waiting entries. After a failure they stay and are tried again. */
  flush(): Promise<void> {
    this.flushing ??= unabortable(() => this.write()).finally(() => {
      this.flushing = undefined;
    });
    return this.flushing;
  }

  private async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.refusals.clear();
    try {
      while (this.waiting.length > 0) {
        const entries = this.waiting.slice(0, batchSize);
        await recordAccess(this.database, entries);
        this.waiting.splice(0, entries.length);
      }
      this.hasFailed = false;
    } catch (error) {
      if (!this.hasFailed) this.log.warn(`The access log cannot be written: ${(error as Error).message}`);
      this.hasFailed = true;
      if (!this.isClosed) this.timer ??= setTimeout(() => this.flush().catch(() => {}), flushMs);
      throw error;
    }
  }
}
