import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { openClient } from '#connections';
import { channel } from './bell.js';
import { beginning, type Checkpoint, placeOf, readLog, valuesOf } from './checkpoint.js';
import { hasDeadLetters, park, parkWaiting, Undeliverable } from './dead-letters.js';
import { type Generation, writableGeneration } from './generations.js';
import type { Stored } from './stored.js';
import type { Upcasters } from './upcasting.js';

export type FollowerOptions = {
  name: string;
  /** Gets events in the log's order, at least once. What it throws is tried again, except Undeliverable. */
  handle(events: Stored[], signal: AbortSignal): Promise<void>;
  /** Whether it begins with what happens from its first run on, instead of with the beginning of the log. */
  startsNow?: boolean;
  /** Whose later events wait when one is undeliverable; the stream, if not given. */
  learnerOf?(event: Stored): string;
  /** How many events at once, at most; 500 if not given. */
  batch?: number;
  /** How long to wait for new events, in milliseconds; 100 if not given. */
  pollMs?: number;
  /** Whether to look at once when the Bell rings. */
  wakes?: boolean;
  /**
   * Asked each time that this process takes the lead, with the database's checkpoint: answers the checkpoint to go on from.
   * Throws CannotLead when an operator must decide.
   */
  resumeFrom?(checkpoint: Checkpoint, generation: Generation, signal: AbortSignal): Promise<Checkpoint>;
  onError?(error: unknown, attempt: number): void;
  upcasters?: Upcasters;
};

/** Ends the lead, and says why in the checkpoint until the lead is taken with success. */
export class CannotLead extends Error {
  override readonly name = 'CannotLead';
}

/** Hands the log to somebody, event by event in its order, for ever; of all processes one does so at a time. */
export class Follower {
  private readonly options: Required<FollowerOptions>;
  private failures = 0;
  /** Whether there may be dead letters: only who leads parks any. */
  private mayHaveParked = true;
  /** Whether the Bell rang since the log was last looked at, and who waits for that. */
  private rang = false;
  private wake?: () => void;

  constructor(
    private readonly pool: pg.Pool,
    {
      startsNow = false,
      learnerOf = ({ stream }) => stream,
      batch = 500,
      pollMs = 100,
      wakes = false,
      resumeFrom = async (checkpoint) => checkpoint,
      onError = () => {},
      upcasters = {},
      ...rest
    }: FollowerOptions,
  ) {
    this.options = { startsNow, learnerOf, batch, pollMs, wakes, resumeFrom, onError, upcasters, ...rest };
  }

  /** Ends when `signal` says so, after the batch in hand. Errors, also of the database, are reported and outlived. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // A connection of its own: whoever loses it loses the lead, and can no longer move the checkpoint.
      let client: pg.Client | undefined;
      try {
        client = await openClient(this.pool.options);
        client.on('notification', () => {
          this.rang = true;
          this.wake?.();
        });
        await this.untilLeader(client, signal);
        await this.lead(client, signal);
      } catch (error) {
        if (client && error instanceof CannotLead)
          await noteStop(client, this.options.name, error.message).catch(() => {});
        this.options.onError(error, ++this.failures);
        await backOff(this.failures, signal);
      } finally {
        await client?.end().catch(() => {});
      }
    }
  }

  private async untilLeader(client: pg.Client, signal: AbortSignal) {
    // A machine that vanishes would else keep the lead for hours.
    await client.query('set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 2');
    const text = 'select pg_try_advisory_lock(hashtextextended($1, 0)) as leads';
    const values = [`follower ${this.options.name}`];
    while (!signal.aborted && !(await client.query(text, values)).rows[0].leads)
      await rest(10 * this.options.pollMs, signal);
  }

  private async lead(client: pg.Client, signal: AbortSignal) {
    const { name, batch, pollMs, wakes, upcasters } = this.options;
    if (wakes) await client.query(`listen ${channel}`);
    let checkpoint = await this.resume(client, signal);
    this.mayHaveParked = await hasDeadLetters(client, name);
    // Where the server crashes what it promised last may be lost, and is done again.
    await client.query('set synchronous_commit = off');
    let saved: Promise<unknown> | undefined;
    while (!signal.aborted) {
      this.rang = false;
      const [events] = await Promise.all([readLog(client, checkpoint, batch, upcasters), saved]);
      if (events.length > 0) {
        if (!(await this.deliver(client, events, signal))) return;
        checkpoint = placeOf(events[events.length - 1]);
        saved = client.query({
          name: 'save_checkpoint',
          text: `insert into checkpoints (name, generation, xid, position) values ($1, $2, $3, $4) on conflict (name)
            do update set generation = excluded.generation, xid = excluded.xid, position = excluded.position,
              updated_at = now()`,
          values: [name, ...valuesOf(checkpoint)],
        });
        saved.catch(() => {}); // heard of when the log is read next
      }
      this.failures = 0;
      // While much happens, each look finds something, and need not wait for the Bell's rest.
      if (events.length < (wakes ? 1 : batch)) await this.untilBell(pollMs, signal);
    }
    await saved;
  }

  /** Or this long, at most. */
  private async untilBell(milliseconds: number, signal: AbortSignal) {
    if (this.rang || signal.aborted) return;
    const nap = new AbortController();
    this.wake = () => nap.abort();
    signal.addEventListener('abort', this.wake);
    await rest(milliseconds, nap.signal);
    signal.removeEventListener('abort', this.wake);
    this.wake = undefined;
  }

  /** Everything may have changed since this process led last: the server, its data, and what was published. */
  private async resume(client: pg.Client, signal: AbortSignal): Promise<Checkpoint> {
    const { name, resumeFrom } = this.options;
    const generation = await writableGeneration(client);
    const text = 'select generation, xid::text, position from checkpoints where name = $1';
    const { rows } = await client.query<Checkpoint>(text, [name]);
    try {
      const checkpoint = await resumeFrom(rows[0] ?? (await this.first(client, generation)), generation, signal);
      await client.query('update checkpoints set stopped = null where name = $1 and stopped is not null', [name]);
      return checkpoint;
    } catch (error) {
      await countFailure(client, name);
      throw error;
    }
  }

  private async first(client: pg.Client, { generation }: Generation): Promise<Checkpoint> {
    const { name, startsNow } = this.options;
    if (!startsNow) return beginning;
    // Kept at once: what comes next counts, whatever becomes of this process.
    const { rows } = await client.query(
      `insert into checkpoints (name, generation, xid, position)
       values ($1, $2, pg_snapshot_xmin(pg_current_snapshot()), 0) returning generation, xid::text, position`,
      [name, generation],
    );
    return rows[0];
  }

  /** False when the signal came before all was delivered. */
  private async deliver(client: pg.Client, events: Stored[], signal: AbortSignal): Promise<boolean> {
    const { name, handle, learnerOf, onError } = this.options;
    let left = this.mayHaveParked ? await parkWaiting(client, name, events, learnerOf) : events;
    for (let attempt = 1; left.length > 0; attempt++) {
      if (signal.aborted) return false;
      try {
        await handle(left, signal);
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        if (error instanceof CannotLead) throw error;
        onError(error, attempt);
        await countFailure(client, name);
        if (error instanceof Undeliverable) left = await this.parkFrom(client, left, error);
        else await backOff(attempt, signal);
      }
    }
    return true;
  }

  /** Parks an event and its learner's later ones; answers those that are left. */
  private async parkFrom(client: pg.Client, events: Stored[], { event, reason }: Undeliverable): Promise<Stored[]> {
    const { name, learnerOf } = this.options;
    const from = events.findIndex(({ id }) => id === event.id);
    if (from < 0) throw new Error(`${event.id} was not to be delivered`);
    const learner = learnerOf(events[from]);
    const isNext = (each: Stored, index: number) => index > from && learnerOf(each) === learner;
    this.mayHaveParked = true;
    await park(client, name, [events[from]], learnerOf, reason);
    // Others' later events are not asked for: theirs may be parked behind one that comes after them.
    const left = new Set(await parkWaiting(client, name, events.filter(isNext), learnerOf));
    return events.filter((each, index) => index !== from && (!isNext(each, index) || left.has(each)));
  }
}

const countFailure = (client: pg.Client, name: string) =>
  client.query(
    `insert into checkpoints (name, generation, xid, position, failures) values ($1, $2, $3, $4, 1)
    on conflict (name) do update set failures = checkpoints.failures + 1`,
    [name, ...valuesOf(beginning)],
  );

const noteStop = (client: pg.Client, name: string, reason: string) =>
  client.query(
    `insert into checkpoints (name, generation, xid, position, stopped) values ($1, $2, $3, $4, $5)
    on conflict (name) do update set stopped = excluded.stopped`,
    [name, ...valuesOf(beginning), reason],
  );

/** 0.1 s, doubled with every attempt up to 30 s, and by chance up to half of it less. */
const backOff = (attempt: number, signal: AbortSignal) =>
  rest(Math.min(100 * 2 ** (attempt - 1), 30_000) * (1 - Math.random() / 2), signal);

const rest = (milliseconds: number, signal: AbortSignal) => pause(milliseconds, undefined, { signal }).catch(() => {});
