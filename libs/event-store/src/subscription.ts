import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { type Database, openClient } from '#connections';
import { channel } from './append-notifier.js';
import {
  type Checkpoint,
  checkpointOf,
  countFailure,
  positionOf,
  readLog,
  recordStop,
  saveCheckpoint,
} from './checkpoint.js';
import { deadLetter, deadLetterWaiting, hasDeadLetters } from './dead-letters.js';
import { type Generation, writableGeneration } from './generations.js';
import { isFenced, type Lease, type LeaseOptions, untilLeader } from './lease.js';
import type { RecordedEvent } from './recorded-event.js';
import { Undeliverable } from './undeliverable.js';
import { UnknownEvent, type Upcasters, upcastForDelivery } from './upcasting.js';

export type SubscriptionOptions = LeaseOptions & {
  name: string;
  /**
   * Gets events in the log's order, at least once. What it throws is tried again, except Undeliverable. The signal fires
   * when the follower ends or loses the lead; `lease.check()` belongs before each send, and the fence on each receipt.
   */
  handle(events: RecordedEvent[], signal: AbortSignal, lease: Lease): Promise<void>;
  /** Whether it begins with what happens from its first run on, instead of with the beginning of the log. */
  startsNow?: boolean;
  /** Whose later events wait when one is undeliverable; the stream, if not given. */
  orderingKeyOf?(event: RecordedEvent): string;
  /** How many events at once, at most; 500 if not given. */
  batch?: number;
  /** How long to wait for new events, in milliseconds; 100 if not given. */
  pollMs?: number;
  /** How long it leaves the lead to others after it met an event that it does not know; 10,000 ms if not given. */
  standBackMs?: number;
  /** Whether to look at once when the Bell rings. */
  wakesOnAppend?: boolean;
  /**
   * Asked each time that this process takes the lead, with the database's checkpoint: answers the checkpoint to go on from.
   * Throws CannotLead when an operator must decide.
   */
  resumeFrom?(checkpoint: Checkpoint, generation: Generation, signal: AbortSignal): Promise<Checkpoint>;
  onError?(error: unknown, attempt: number): void;
  upcasters?: Upcasters | null;
};

/** Ends the lead, and says why in the checkpoint until the lead is taken with success. */
export class CannotLead extends Error {
  override readonly name = 'CannotLead';
}

/** Hands the log to a handler in its order, until ended. One process at a time does so: the one that holds the lease. */
export class Subscription {
  private readonly options: Required<Omit<SubscriptionOptions, 'upcasters'>> & Pick<SubscriptionOptions, 'upcasters'>;
  private failures = 0;
  /** Whether there may be dead letters: only who leads parks any. */
  private mayHaveDeadLetters = true;
  /** Whether the Bell rang since the log was last looked at, and who waits for that. */
  private wasNotified = false;
  private wake?: () => void;
  /** The unknown event that was reported last. */
  private stoppedBefore?: string;

  constructor(
    private readonly database: Database,
    {
      orderingKeyOf = ({ stream }) => stream,
      startsNow = false,
      batch = 500,
      pollMs = 100,
      standBackMs = 10_000,
      leaseMs = 10_000,
      wakesOnAppend = false,
      resumeFrom = async (checkpoint) => checkpoint,
      onError = () => {},
      onLead = () => {},
      ...rest
    }: SubscriptionOptions,
  ) {
    const given = {
      startsNow,
      orderingKeyOf,
      batch,
      pollMs,
      standBackMs,
      leaseMs,
      wakesOnAppend,
      resumeFrom,
      onError,
      onLead,
    };
    this.options = { ...given, ...rest };
  }

  /** Ends when `signal` says so, after the batch in hand. Errors, also of the database, are reported and outlived. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await this.tryToLead(signal);
  }

  private async tryToLead(signal: AbortSignal) {
    // A connection of its own: a leader that loses it loses the lead.
    let client: pg.Client | undefined;
    let lease: Lease | undefined;
    let restMs = 0;
    try {
      client = await openClient(this.database.options);
      client.on('notification', () => {
        this.wasNotified = true;
        this.wake?.();
      });
      await writableGeneration(client); // nobody leads where the log cannot be written
      lease = await untilLeader(
        client,
        this.options.name,
        { ...this.options, pollMs: 10 * this.options.pollMs },
        signal,
      );
      if (lease) await this.leadOver(client, lease, signal);
    } catch (error) {
      restMs = await this.standBack(error, client, lease);
    } finally {
      await lease?.release(this.database);
      await client?.end().catch(() => {});
    }
    await rest(restMs, signal);
  }

  /** The lease and the connection end together: a statement that hangs must not hold up a process that leads no more. */
  private leadOver(client: pg.Client, lease: Lease, signal: AbortSignal): Promise<void> {
    const lose = () => lease.lose('its connection to the database broke');
    client.on('error', lose).on('end', lose);
    lease.signal.addEventListener('abort', () => client.end().catch(() => {}));
    return this.lead(client, lease, AbortSignal.any([signal, lease.signal]));
  }

  /** Reports what ended the lead; answers for how long it is left to others. */
  private async standBack(error: unknown, client?: pg.Client, lease?: Lease): Promise<number> {
    const { name, onError, standBackMs } = this.options;
    if (isFenced(error)) return 0; // another process goes on
    if (client && lease && (error instanceof CannotLead || error instanceof UnknownEvent))
      await recordStop(client, name, error.message, lease).catch(() => {});
    if (error instanceof UnknownEvent) {
      if (this.stoppedBefore !== error.event.id) onError(error, 1);
      this.stoppedBefore = error.event.id;
      return standBackMs;
    }
    onError(error, ++this.failures);
    return backOffMs(this.failures);
  }

  private async lead(client: pg.Client, lease: Lease, signal: AbortSignal) {
    const { name, batch, pollMs, wakesOnAppend } = this.options;
    if (wakesOnAppend) await client.query(`listen ${channel}`);
    let checkpoint = await this.resume(client, lease, signal);
    this.mayHaveDeadLetters = await hasDeadLetters(client, name);
    // A checkpoint lost in a crash only causes redelivery, so we do not wait for fsync.
    await client.query('set synchronous_commit = off');
    let saved: Promise<unknown> | undefined;
    while (!signal.aborted) {
      this.wasNotified = false;
      const [read] = await Promise.all([readLog(client, checkpoint, batch), saved]);
      const { events, undeliverable, unknown } = this.upcast(read);
      if (events.length > 0) {
        if (!(await this.deliver(client, events, undeliverable, lease, signal))) return;
        checkpoint = positionOf(events[events.length - 1]);
        saved = saveCheckpoint(client, name, checkpoint, lease);
        saved.catch(() => {}); // heard of when the log is read next
      }
      if (unknown) {
        await saved;
        throw unknown;
      }
      this.failures = 0;
      // While much happens, each look finds something, and need not wait for the Bell's rest.
      if (events.length < (wakesOnAppend ? 1 : batch)) await this.untilNotified(pollMs, signal);
    }
    await saved;
  }

  /** Everything may have changed since this process led last: the server, its data, and what was published. */
  private async resume(client: pg.Client, lease: Lease, signal: AbortSignal): Promise<Checkpoint> {
    const { name, startsNow, resumeFrom } = this.options;
    const generation = await writableGeneration(client);
    const saved = await checkpointOf(client, name, { startsNow, ...generation }, lease);
    try {
      const checkpoint = await resumeFrom(saved, generation, signal);
      await client.query('update checkpoints set stopped = null where name = $1 and stopped is not null', [name]);
      return checkpoint;
    } catch (error) {
      await countFailure(client, name, lease);
      throw error;
    }
  }

  /** Events in today's shape, up to the first that this code does not know. */
  private upcast(read: readonly RecordedEvent[]) {
    const events: RecordedEvent[] = [];
    const undeliverable: Undeliverable[] = [];
    for (const event of read)
      try {
        events.push(upcastForDelivery(event, this.options.upcasters));
      } catch (error) {
        if (error instanceof UnknownEvent) return { events, undeliverable, unknown: error };
        undeliverable.push(error as Undeliverable);
        events.push(event);
      }
    return { events, undeliverable };
  }

  /** Or this long, at most. */
  private async untilNotified(milliseconds: number, signal: AbortSignal) {
    if (this.wasNotified || signal.aborted) return;
    const nap = new AbortController();
    this.wake = () => nap.abort();
    signal.addEventListener('abort', this.wake);
    await rest(milliseconds, nap.signal);
    signal.removeEventListener('abort', this.wake);
    this.wake = undefined;
  }

  /** False when the signal came before all was delivered. */
  private async deliver(
    client: pg.Client,
    events: RecordedEvent[],
    undeliverable: readonly Undeliverable[],
    lease: Lease,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { name, handle, onError } = this.options;
    let left = this.mayHaveDeadLetters
      ? await deadLetterWaiting(client, name, events, this.orderingKeyOf, lease)
      : events;
    const fail = async (error: unknown, attempt: number) => {
      onError(error, attempt);
      await countFailure(client, name, lease);
      if (error instanceof Undeliverable) left = await this.parkFrom(client, left, error, lease);
      else await rest(backOffMs(attempt), signal);
    };
    for (const each of undeliverable) if (left.includes(each.event)) await fail(each, 1);
    for (let attempt = 1; left.length > 0; attempt++) {
      if (signal.aborted) return false;
      try {
        lease.check();
        await handle(left, signal, lease);
        return true;
      } catch (error) {
        if (isFenced(error)) lease.lose('another process leads now');
        if (signal.aborted) return false;
        if (error instanceof CannotLead || error instanceof UnknownEvent) throw error;
        await fail(error, attempt);
      }
    }
    return true;
  }

  /** Parks an event and its learner's later ones; answers those that are left. */
  private async parkFrom(
    client: pg.Client,
    events: RecordedEvent[],
    { event, reason }: Undeliverable,
    lease: Lease,
  ): Promise<RecordedEvent[]> {
    const { name } = this.options;
    const from = events.findIndex(({ id }) => id === event.id);
    if (from < 0) throw new Error(`${event.id} was not to be delivered`);
    const learner = this.orderingKeyOf(events[from]);
    const isNext = (each: RecordedEvent, index: number) => index > from && this.orderingKeyOf(each) === learner;
    this.mayHaveDeadLetters = true;
    await deadLetter(client, name, [events[from]], this.orderingKeyOf, reason, lease);
    // Others' later events are not asked for: theirs may be parked behind one that comes after them.
    const left = new Set(await deadLetterWaiting(client, name, events.filter(isNext), this.orderingKeyOf, lease));
    return events.filter((each, index) => index !== from && (!isNext(each, index) || left.has(each)));
  }

  /** An event that does not say whose it is waits with its stream. */
  private readonly orderingKeyOf = (event: RecordedEvent): string => {
    try {
      return this.options.orderingKeyOf(event);
    } catch {
      return event.stream;
    }
  };
}

/** 0.1 s, doubled with every attempt up to 30 s, and by chance up to half of it less. */
const backOffMs = (attempt: number) => Math.min(100 * 2 ** (attempt - 1), 30_000) * (1 - Math.random() / 2);

const rest = (milliseconds: number, signal: AbortSignal) => pause(milliseconds, undefined, { signal }).catch(() => {});
