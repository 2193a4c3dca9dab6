import type { Database } from '#connections';
import { createPartitions, partitionSize, withPartition } from './partitions.js';
import { pipelinedTransaction, prepared, type TransactionError } from './pipelined-transaction.js';
import type { PreparedAppend } from './prepared-append.js';
import { appendStatement, type Command, type Write } from './statements.js';

/** What is stored together: events, the answer of the command that led to them, and the rows projected from them. */
export type PendingAppend = { prepared: PreparedAppend; command?: Command; writes: Write[] };

/** Where the events of a job are in the log. */
export type Positions = { generation: number; xid: string; recordedAt: string; positions: string[] };

/** `uses`: the streams and the key of a job. Two jobs with a use in common are never written at the same time. */
type Waiting = PendingAppend & { uses: string[]; done(places: Positions): void; failed(error: unknown): void };

/** At most so many group transactions at once, with at most so many jobs in each. */
const groups = 2;
const jobsInEach = 50;

/** A group waits this long for a lock; then the job that needs the lock is written alone. */
const groupLockTimeoutMs = 100;

/** At most so many jobs are written alone at the same time. Connections for groups and for reads must be left. */
const jobsAloneOf = ({ options: { max = 10 } }: Database) => Math.max(1, Math.min(8, Math.floor(max / 2) - 1));

/** How long the streams of a job that failed in a group are kept apart. */
const apartMs = 5000;

/**
 * Writes jobs to the log. Jobs that arrive while others are being written wait, and then go together, in one transaction
 * with one flush to the disk. A job that fails in a group is written alone, and the rest of the group is written again
 * without it at once. For some seconds other jobs of the same streams go alone, too: nobody pays for them twice.
 */
export class GroupCommit {
  private waiting: Waiting[] = [];
  private groups = 0;
  private alone = 0;
  private readonly busy = new Set<string>();
  private readonly apart = new Map<string, number>();
  /** The last one written to. */
  private partition?: number;

  constructor(private readonly database: Database) {}

  write(job: PendingAppend): Promise<Positions> {
    return new Promise((done, failed) => {
      const uses = [...job.prepared.streams.keys(), ...(job.command ? [`key ${job.command.key}`] : [])];
      this.waiting.push({ ...job, uses, writes: job.writes.map(prepared), done, failed });
      this.next();
    });
  }

  /** Starts what can be started; jobs with a use in common stay in their order. */
  private next(): void {
    const left: Waiting[] = [];
    const group: Waiting[] = [];
    const ahead = new Set<string>();
    for (const job of this.waiting) {
      const isFree = !job.uses.some((use) => this.busy.has(use) || ahead.has(use));
      if (isFree && this.isApart(job)) {
        if (this.alone < jobsAloneOf(this.database)) this.startAlone(job);
        else left.push(job);
      } else if (isFree && this.groups < groups && group.length < jobsInEach) group.push(job);
      else left.push(job);
      for (const use of job.uses) ahead.add(use);
    }
    this.waiting = left;
    if (group.length > 0) this.startGroup(group);
  }

  private startGroup(jobs: Waiting[]): void {
    this.groups++;
    for (const use of jobs.flatMap(({ uses }) => uses)) this.busy.add(use);
    this.writeGroup(jobs).finally(() => {
      this.groups--;
      this.next();
    });
  }

  private startAlone(job: Waiting): void {
    this.alone++;
    for (const use of job.uses) this.busy.add(use);
    this.writeTogether([job], true)
      .catch((error) => this.fail([job], error))
      .finally(() => {
        this.alone--;
        this.next();
      });
  }

  private async writeGroup(jobs: Waiting[]): Promise<void> {
    for (let rest = jobs; rest.length > 0; ) {
      try {
        return await this.writeTogether(rest, false);
      } catch (thrown) {
        const error = thrown as TransactionError;
        const isItsOwn = rest.length === 1 && error.code !== lockNotAvailable;
        if (isItsOwn || !isAboutOneJob(error)) return this.fail(rest, error);
        const blamed = blamedFor(error, rest);
        if (blamed.length === 0) {
          // The error names no job: of the two halves one is innocent.
          const middle = Math.ceil(rest.length / 2);
          await Promise.all([this.writeGroup(rest.slice(0, middle)), this.writeGroup(rest.slice(middle))]);
          return;
        }
        for (const job of blamed) this.writeAlone(job);
        rest = rest.filter((job) => !blamed.includes(job));
      }
    }
  }

  private async writeTogether(jobs: Waiting[], waits: boolean): Promise<void> {
    const staged = jobs.length === 1 ? jobs[0].prepared : together(jobs);
    const commands = jobs.flatMap(({ command }) => command ?? []);
    const writes = jobs.flatMap((job) => job.writes);
    const statement = appendStatement(staged, commands, waits);
    const lockTimeoutMs = waits ? undefined : groupLockTimeoutMs;
    const [{ places }] = await withPartition(this.database, () =>
      pipelinedTransaction(this.database, statement, writes, lockTimeoutMs),
    );
    const [xid, seconds, ...positions] = places;
    const generation = Number(positions.pop());
    if (positions.length > 0) this.keepAhead(Number(positions[0]));
    const recordedAt = new Date(Math.round(seconds * 1000)).toISOString();
    for (const job of jobs) {
      const places = { generation, xid, recordedAt, positions: positions.splice(0, job.prepared.events.length) };
      this.end(job, () => job.done(places));
    }
  }

  /** The worker makes partitions ahead, too; but it may be gone when the log comes to a new one. */
  private keepAhead(position: number): void {
    const partition = Math.floor(position / partitionSize);
    this.partition ??= partition;
    if (partition <= this.partition) return;
    this.partition = partition;
    createPartitions(this.database).catch(() => {}); // an append at the end makes them as well
  }

  private end(job: Waiting, tell: () => void): void {
    for (const use of job.uses) this.busy.delete(use);
    tell();
  }

  private fail(jobs: Waiting[], error: TransactionError): void {
    for (const job of jobs) {
      if (isAboutOneJob(error)) this.keepApart(job.uses);
      this.end(job, () => job.failed(error));
    }
  }

  /** Before later jobs of the same streams. */
  private writeAlone(job: Waiting): void {
    this.keepApart(job.uses);
    this.end(job, () => this.waiting.unshift(job));
    this.next();
  }

  private keepApart(uses: string[]): void {
    const now = performance.now();
    for (const [use, until] of this.apart) if (until < now) this.apart.delete(use);
    for (const use of uses) this.apart.set(use, now + apartMs);
  }

  private isApart({ uses }: Waiting): boolean {
    return this.apart.size > 0 && uses.some((use) => (this.apart.get(use) ?? 0) > performance.now());
  }
}

const lockNotAvailable = '55P03';

/** Not one that every job meets: the server lacks something, may not be written, or is going down. */
const isAboutOneJob = ({ severity, code = '' }: TransactionError): boolean =>
  severity === 'ERROR' && !/^(25|53|57P|58|XX|EV503)/.test(code);

/** The jobs that the error is about, as far as it says. */
function blamedFor(error: TransactionError, jobs: Waiting[]): Waiting[] {
  if (error.write !== undefined) {
    let last = -1;
    return jobs.filter(({ writes }) => {
      const first = last + 1;
      last += writes.length;
      return first <= error.write! && error.write! <= last;
    });
  }
  if (jobs.length === 1) return jobs;
  const refused: string[] = error.code === 'EV409' && error.detail ? JSON.parse(error.detail) : [];
  return jobs.filter(({ uses }) => uses.some((use) => refused.includes(use)));
}

const together = (jobs: PendingAppend[]): PreparedAppend => ({
  streams: new Map(jobs.flatMap(({ prepared }) => [...prepared.streams])),
  events: jobs.flatMap(({ prepared }) => prepared.events),
  json: jobs.flatMap(({ prepared }) => prepared.json),
});
