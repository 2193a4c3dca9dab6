import type { Database } from '#connections';
import { createPartitions, partitionSize, withPartition } from './partitions.js';
import { pipelinedTransaction, safeWrite, type TransactionError } from './pipelined-transaction.js';
import type { PreparedAppend } from './prepared-append.js';
import { appendStatement, type Command, type Write } from './statements.js';

/** One append: its events, the answer of the command that led to them, and the rows projected from them. */
export type PendingAppend = { prepared: PreparedAppend; command?: Command; writes: Write[] };

/** The positions of an append's events in the log. */
export type Positions = { generation: number; xid: string; recordedAt: string; positions: string[] };

/** `uses`: the streams of the append and its command's key. Two appends that share one are not written at the same time. */
type QueuedAppend = PendingAppend & { uses: string[]; done(positions: Positions): void; failed(error: unknown): void };

const maxBatches = 2;
const maxBatchSize = 50;

/** How long a batch waits for a lock. Then the append that needs the lock is written alone. */
const batchLockTimeoutMs = 100;

/** How many appends are written alone at the same time. Batches and reads need connections, too. */
const maxAloneOf = ({ options: { max = 10 } }: Database) => Math.max(1, Math.min(8, Math.floor(max / 2) - 1));

/** How long appends to the streams of one that failed in a batch are written alone. */
const apartMs = 5000;

/**
 * Writes appends to the log. Appends that arrive while others are being written wait. They then form a batch: one
 * transaction with one flush to disk. When one append of a batch fails, it is written alone, and the rest of the batch is
 * written again without it. For some seconds later appends to its streams are written alone, too, so that they do not roll
 * back another batch.
 */
export class GroupCommit {
  private waiting: QueuedAppend[] = [];
  private batches = 0;
  private alone = 0;
  private readonly busy = new Set<string>();
  private readonly apart = new Map<string, number>();
  /** The partition that was written to last. */
  private partition?: number;

  constructor(private readonly database: Database) {}

  write(append: PendingAppend): Promise<Positions> {
    return new Promise((done, failed) => {
      const uses = [...append.prepared.streams.keys(), ...(append.command ? [`key ${append.command.key}`] : [])];
      this.waiting.push({ ...append, uses, writes: append.writes.map(safeWrite), done, failed });
      this.next();
    });
  }

  /** Starts the appends that can be started. Appends that share a stream or key keep their order. */
  private next(): void {
    const left: QueuedAppend[] = [];
    const batch: QueuedAppend[] = [];
    const ahead = new Set<string>();
    for (const append of this.waiting) {
      const isFree = !append.uses.some((use) => this.busy.has(use) || ahead.has(use));
      if (isFree && this.isApart(append)) {
        if (this.alone < maxAloneOf(this.database)) this.startAlone(append);
        else left.push(append);
      } else if (isFree && this.batches < maxBatches && batch.length < maxBatchSize) batch.push(append);
      else left.push(append);
      for (const use of append.uses) ahead.add(use);
    }
    this.waiting = left;
    if (batch.length > 0) this.startBatch(batch);
  }

  private startBatch(appends: QueuedAppend[]): void {
    this.batches++;
    for (const use of appends.flatMap(({ uses }) => uses)) this.busy.add(use);
    this.writeBatch(appends).finally(() => {
      this.batches--;
      this.next();
    });
  }

  private startAlone(append: QueuedAppend): void {
    this.alone++;
    for (const use of append.uses) this.busy.add(use);
    this.writeTogether([append], true)
      .catch((error) => this.fail([append], error))
      .finally(() => {
        this.alone--;
        this.next();
      });
  }

  private async writeBatch(appends: QueuedAppend[]): Promise<void> {
    for (let rest = appends; rest.length > 0; ) {
      try {
        return await this.writeTogether(rest, false);
      } catch (thrown) {
        const error = thrown as TransactionError;
        const isItsOwn = rest.length === 1 && error.code !== lockNotAvailable;
        if (isItsOwn || !isAboutOneAppend(error)) return this.fail(rest, error);
        const blamed = blamedFor(error, rest);
        if (blamed.length === 0) {
          // The error names no append: write the two halves one by one, to find it.
          const middle = Math.ceil(rest.length / 2);
          await Promise.all([this.writeBatch(rest.slice(0, middle)), this.writeBatch(rest.slice(middle))]);
          return;
        }
        for (const append of blamed) this.requeueAlone(append);
        rest = rest.filter((append) => !blamed.includes(append));
      }
    }
  }

  private async writeTogether(appends: QueuedAppend[], waitsForLocks: boolean): Promise<void> {
    const [first, ...others] = appends;
    const merged = first && others.length === 0 ? first.prepared : merge(appends);
    const commands = appends.flatMap(({ command }) => command ?? []);
    const writes = appends.flatMap((append) => append.writes);
    const statement = appendStatement(merged, commands, waitsForLocks);
    const lockTimeoutMs = waitsForLocks ? undefined : batchLockTimeoutMs;
    const [{ appended }] = await withPartition(this.database, () =>
      pipelinedTransaction(this.database, statement, writes, lockTimeoutMs),
    );
    const [xid, seconds, ...positions] = appended;
    const generation = Number(positions.pop());
    if (positions.length > 0) this.makePartitionsAhead(Number(positions[0]));
    const recordedAt = new Date(Math.round(seconds * 1000)).toISOString();
    for (const append of appends) {
      const own = { generation, xid, recordedAt, positions: positions.splice(0, append.prepared.events.length) };
      this.end(append, () => append.done(own));
    }
  }

  /** The worker makes partitions ahead, too, but no worker may be running when the log reaches a new one. */
  private makePartitionsAhead(position: number): void {
    const partition = Math.floor(position / partitionSize);
    this.partition ??= partition;
    if (partition <= this.partition) return;
    this.partition = partition;
    createPartitions(this.database).catch(() => {}); // an append that finds no partition makes it
  }

  private end(append: QueuedAppend, settle: () => void): void {
    for (const use of append.uses) this.busy.delete(use);
    settle();
  }

  private fail(appends: QueuedAppend[], error: TransactionError): void {
    for (const append of appends) {
      if (isAboutOneAppend(error)) this.keepApart(append.uses);
      this.end(append, () => append.failed(error));
    }
  }

  /** Puts it before later appends to the same streams. */
  private requeueAlone(append: QueuedAppend): void {
    this.keepApart(append.uses);
    this.end(append, () => this.waiting.unshift(append));
    this.next();
  }

  private keepApart(uses: string[]): void {
    const now = performance.now();
    for (const [use, until] of this.apart) if (until < now) this.apart.delete(use);
    for (const use of uses) this.apart.set(use, now + apartMs);
  }

  private isApart({ uses }: QueuedAppend): boolean {
    return this.apart.size > 0 && uses.some((use) => (this.apart.get(use) ?? 0) > performance.now());
  }
}

const lockNotAvailable = '55P03';

/** False for an error that every append meets: the server lacks a resource, is read-only, or shuts down. */
const isAboutOneAppend = ({ severity, code = '' }: TransactionError): boolean =>
  severity === 'ERROR' && !/^(25|53|57P|58|XX|EV503)/.test(code);

/** The appends that the error names; none when it does not say. */
function blamedFor(error: TransactionError, appends: QueuedAppend[]): QueuedAppend[] {
  if (error.write !== undefined) {
    let last = -1;
    return appends.filter(({ writes }) => {
      const first = last + 1;
      last += writes.length;
      return first <= error.write! && error.write! <= last;
    });
  }
  if (appends.length === 1) return appends;
  const refused: string[] = error.code === 'EV409' && error.detail ? JSON.parse(error.detail) : [];
  return appends.filter(({ uses }) => uses.some((use) => refused.includes(use)));
}

const merge = (appends: PendingAppend[]): PreparedAppend => ({
  streams: new Map(appends.flatMap(({ prepared }) => [...prepared.streams])),
  events: appends.flatMap(({ prepared }) => prepared.events),
  json: appends.flatMap(({ prepared }) => prepared.json),
});
