import type pg from 'pg';
import { inOneRoundTrip, prepared } from './round-trip.js';
import type { Staged } from './staging.js';
import { appendStatement, type Command, type Write } from './statements.js';

/** What is stored together: events, the answer of the command that led to them, and the rows projected from them. */
export type Job = { staged: Staged; command?: Command; writes: Write[] };

/** Where the events of a job are in the log. */
export type Places = { generation: number; xid: string; recordedAt: string; positions: string[] };

type Waiting = Job & { done(places: Places): void; failed(error: unknown): void };

/** At most so many transactions at once, with at most so many jobs in each. */
const transactions = 2;
const jobsInEach = 50;

/**
 * Writes jobs to the log. Those that come while others are being written wait for these and then go together, in one
 * transaction with one flush to the disk; one that nobody is ahead of goes at once and by itself.
 */
export class Writer {
  private waiting: Waiting[] = [];
  private running = 0;

  constructor(private readonly pool: pg.Pool) {}

  write(job: Job): Promise<Places> {
    return new Promise((done, failed) => {
      this.waiting.push({ ...job, writes: job.writes.map(prepared), done, failed });
      this.next();
    });
  }

  private next() {
    if (this.running === transactions || this.waiting.length === 0) return;
    this.running++;
    this.perform(this.takeIndependent()).finally(() => {
      this.running--;
      this.next();
    });
  }

  /** Jobs that share neither stream nor key, so that none can be why another fails; those of one stream in their order. */
  private takeIndependent(): Waiting[] {
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    const seen = new Set<string>();
    for (const job of this.waiting) {
      const uses = [...job.staged.streams.keys(), ...(job.command ? [`key ${job.command.key}`] : [])];
      const isFree = taken.length < jobsInEach && !uses.some((use) => seen.has(use));
      (isFree ? taken : left).push(job);
      for (const use of uses) seen.add(use);
    }
    this.waiting = left;
    return taken;
  }

  private async perform(jobs: Waiting[]): Promise<void> {
    try {
      const statement = appendStatement(
        jobs.length === 1 ? jobs[0].staged : together(jobs),
        jobs.flatMap(({ command }) => command ?? []),
      );
      const [{ places }] = await inOneRoundTrip(
        this.pool,
        statement,
        jobs.flatMap(({ writes }) => writes),
      );
      const [xid, seconds, ...positions] = places;
      const generation = Number(positions.pop());
      const recordedAt = new Date(Math.round(seconds * 1000)).toISOString();
      for (const { staged, done } of jobs)
        done({ generation, xid, recordedAt, positions: positions.splice(0, staged.events.length) });
    } catch (error) {
      // Whatever the server refused, all but one are innocent: by itself each gets what is its own.
      const isRefused = (error as { severity?: string }).severity === 'ERROR';
      if (jobs.length > 1 && isRefused) await Promise.all(jobs.map((job) => this.perform([job])));
      else for (const { failed } of jobs) failed(error);
    }
  }
}

const together = (jobs: Job[]): Staged => ({
  streams: new Map(jobs.flatMap(({ staged }) => [...staged.streams])),
  events: jobs.flatMap(({ staged }) => staged.events),
  json: jobs.flatMap(({ staged }) => staged.json),
});
