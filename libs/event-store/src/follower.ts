import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { channel } from './bell.js';
import { beginning, type Checkpoint, placeOf, readLog } from './checkpoint.js';
import { hasDeadLetters, park, parkWaiting, Undeliverable } from './dead-letters.js';
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
  onError?(error: unknown, attempt: number): void;
  upcasters?: Upcasters;
};

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
      onError = () => {},
      upcasters = {},
      ...rest
    }: FollowerOptions,
  ) {
    this.options = { startsNow, learnerOf, batch, pollMs, wakes, onError, upcasters, ...rest };
  }

  /** Ends when `signal` says so, after the batch in hand. Errors, also of the database, are reported and outlived. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // A connection of its own: whoever loses it loses the lead, and can no longer move the checkpoint.
      const client = new pg.Client(this.pool.options);
      client.on('error', () => {}); // the statement in hand fails as well
      client.on('notification', () => {
        this.rang = true;
        this.wake?.();
      });
      try {
        await client.connect();
        await this.pool.options.onConnect?.(client);
        await this.untilLeader(client, signal);
        await this.lead(client, signal);
      } catch (error) {
        this.options.onError(error, ++this.failures);
        await backOff(this.failures, signal);
      } finally {
        await client.end().catch(() => {});
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
    const { rows } = await client.query('select xid::text, position from checkpoints where name = $1', [name]);
    let checkpoint: Checkpoint = rows[0] ?? (await this.first(client));
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
          text: `insert into checkpoints (name, xid, position) values ($1, $2, $3) on conflict (name)
            do update set xid = excluded.xid, position = excluded.position, updated_at = now()`,
          values: [name, checkpoint.xid, checkpoint.position],
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

  private async first(client: pg.Client): Promise<Checkpoint> {
    const { name, startsNow } = this.options;
    if (!startsNow) return beginning;
    // Kept at once: what comes next counts, whatever becomes of this process.
    const { rows } = await client.query(
      `insert into checkpoints (name, xid, position) values ($1, pg_snapshot_xmin(pg_current_snapshot()), 0)
       returning xid::text, position`,
      [name],
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
    `insert into checkpoints (name, xid, position, failures) values ($1, $2, $3, 1)
    on conflict (name) do update set failures = checkpoints.failures + 1`,
    [name, beginning.xid, beginning.position],
  );

/** 0.1 s, doubled with every attempt up to 30 s, and by chance up to half of it less. */
const backOff = (attempt: number, signal: AbortSignal) =>
  rest(Math.min(100 * 2 ** (attempt - 1), 30_000) * (1 - Math.random() / 2), signal);

const rest = (milliseconds: number, signal: AbortSignal) => pause(milliseconds, undefined, { signal }).catch(() => {});
