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
import { reasonOf, Undeliverable } from './undeliverable.js';
import { UnknownEvent, type Upcasters, upcastForDelivery } from './upcasting.js';

export type SubscriptionOptions = LeaseOptions & {
  name: string;
  /**
   * Gets events in the log's order, at least once. When it throws, the events are retried, except for Undeliverable. The
   * signal aborts when the subscription ends or loses the lead. Call `lease.check()` before each send, and fence each write.
   */
  handle(events: RecordedEvent[], signal: AbortSignal, lease: Lease): Promise<void>;
  /** Whether it begins at its first run instead of at the beginning of the log. */
  startsNow?: boolean;
  /** Later events with the same ordering key wait behind a dead letter. Default: the stream. */
  orderingKeyOf?(event: RecordedEvent): string;
  /** The most events that `handle` gets at once. Default: 500. */
  batch?: number;
  /** How long to wait for new events, in milliseconds. Default: 100. */
  pollMs?: number;
  /** How long it leaves the lead to other processes after an unknown event, in milliseconds. Default: 10,000. */
  standBackMs?: number;
  /** Whether AppendNotifier wakes it at once. */
  wakesOnAppend?: boolean;
  /** Whether the events lack `data` and `metadata`, because `handle` needs neither. */
  withoutData?: boolean;
  /**
   * Called each time that this process takes the lead, with the database's checkpoint. Answers the checkpoint to go on
   * from. Throws CannotLead when an operator must decide.
   */
  resumeFrom?(checkpoint: Checkpoint, generation: Generation, signal: AbortSignal): Promise<Checkpoint>;
  onError?(error: unknown, attempt: number): void;
  upcasters?: Upcasters | null;
};

const defaults = {
  orderingKeyOf: ({ stream }: RecordedEvent) => stream,
  startsNow: false,
  batch: 500,
  pollMs: 100,
  standBackMs: 10_000,
  wakesOnAppend: false,
  withoutData: false,
  resumeFrom: async (checkpoint: Checkpoint, _generation: Generation, _signal: AbortSignal) => checkpoint,
  onError: (_error: unknown, _attempt: number) => {},
};

/** Ends the lead. Its message stays in the checkpoint until a process leads successfully. */
export class CannotLead extends Error {
  override readonly name = 'CannotLead';
}

/** Delivers the log to a handler in order, in one process at a time: the one that holds the lease. */
export class Subscription {
  private readonly options: SubscriptionOptions & typeof defaults;
  private failures = 0;
  /** Whether there may be dead letters. Only the leader adds any. */
  private mayHaveDeadLetters = true;
  /** Whether a notification came since the log was last read. */
  private wasNotified = false;
  private wake?: () => void;
  /** The id of the unknown event that was reported last. */
  private stoppedBefore?: string;

  constructor(
    private readonly database: Database,
    options: SubscriptionOptions,
  ) {
    this.options = { ...defaults, ...options };
  }

  /** Runs until `signal` aborts, and finishes the current batch. Reports all errors and goes on. */
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
      await writableGeneration(client); // throws on a standby, where no process may lead
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

  /** Lease and connection end together, so that a statement that hangs does not hold up a process that lost the lead. */
  private leadOver(client: pg.Client, lease: Lease, signal: AbortSignal): Promise<void> {
    const lose = () => lease.lose('its connection to the database broke');
    client.on('error', lose).on('end', lose);
    lease.signal.addEventListener('abort', () => client.end().catch(() => {}));
    return this.lead(client, lease, AbortSignal.any([signal, lease.signal]));
  }

  /** Reports what ended the lead. Answers how long to leave it to other processes. */
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
    const { name, batch, pollMs, wakesOnAppend, withoutData } = this.options;
    if (wakesOnAppend) await client.query(`listen ${channel}`);
    let checkpoint = await this.resume(client, lease, signal);
    this.mayHaveDeadLetters = await hasDeadLetters(client, name);
    // A checkpoint lost in a crash only causes redelivery, so we do not wait for fsync.
    await client.query('set synchronous_commit = off');
    let saved: Promise<unknown> | undefined;
    while (!signal.aborted) {
      this.wasNotified = false;
      const [read] = await Promise.all([readLog(client, checkpoint, batch, withoutData), saved]);
      const { events, undeliverable, unknown } = this.upcast(read);
      if (events.length > 0) {
        if (!(await this.deliver(client, events, undeliverable, lease, signal))) return;
        checkpoint = positionOf(events.at(-1)!);
        saved = saveCheckpoint(client, name, checkpoint, lease);
        saved.catch(() => {}); // awaited with the next read
      }
      if (unknown) {
        await saved;
        throw unknown;
      }
      this.failures = 0;
      // Under load each read finds events, so it need not wait for a notification.
      if (events.length < (wakesOnAppend ? 1 : batch)) await this.untilNotified(pollMs, signal);
    }
    await saved;
  }

  /** Since this process led last, the server, its data and the published messages may have changed. */
  private async resume(client: pg.Client, lease: Lease, signal: AbortSignal): Promise<Checkpoint> {
    const { name, startsNow, resumeFrom } = this.options;
    const generation = await writableGeneration(client);
    const saved = await checkpointOf(client, name, { startsNow, ...generation }, lease);
    try {
      const checkpoint = await resumeFrom(saved, generation, signal);
      await client.query('update checkpoints set stopped = null where name = $1 and stopped is not null', [name]);
      return checkpoint;
    } catch (error) {
      await countFailure(client, name, reasonOf(error), lease);
      throw error;
    }
  }

  /** Upcasts events, up to the first that this code does not know. */
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

  private async untilNotified(maxMs: number, signal: AbortSignal) {
    if (this.wasNotified || signal.aborted) return;
    const woken = new AbortController();
    this.wake = () => woken.abort();
    signal.addEventListener('abort', this.wake);
    await rest(maxMs, woken.signal);
    signal.removeEventListener('abort', this.wake);
    this.wake = undefined;
  }

  /** False when the signal aborted before all events were delivered. */
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
      await countFailure(client, name, reasonOf(error), lease);
      if (error instanceof Undeliverable) left = await this.deadLetterFrom(client, left, error, lease);
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

  /** Dead-letters an event and the later ones with its ordering key; answers the events that are left. */
  private async deadLetterFrom(
    client: pg.Client,
    events: RecordedEvent[],
    { event, reason }: Undeliverable,
    lease: Lease,
  ): Promise<RecordedEvent[]> {
    const { name } = this.options;
    const from = events.findIndex(({ id }) => id === event.id);
    const undelivered = events[from];
    if (!undelivered) throw new Error(`${event.id} was not to be delivered`);
    const key = this.orderingKeyOf(undelivered);
    const isBehind = (each: RecordedEvent, index: number) => index > from && this.orderingKeyOf(each) === key;
    this.mayHaveDeadLetters = true;
    await deadLetter(client, name, [undelivered], this.orderingKeyOf, reason, lease);
    // Only this ordering key: events of other keys may come before the dead letters of theirs.
    const left = new Set(await deadLetterWaiting(client, name, events.filter(isBehind), this.orderingKeyOf, lease));
    return events.filter((each, index) => index !== from && (!isBehind(each, index) || left.has(each)));
  }

  /** An event without an ordering key is ordered by its stream. */
  private readonly orderingKeyOf = (event: RecordedEvent): string => {
    try {
      return this.options.orderingKeyOf(event);
    } catch {
      return event.stream;
    }
  };
}

/** 0.1 s, doubled with each attempt up to 30 s, minus up to half of it at random. */
const backOffMs = (attempt: number) => Math.min(100 * 2 ** (attempt - 1), 30_000) * (1 - Math.random() / 2);

const rest = (milliseconds: number, signal: AbortSignal) => pause(milliseconds, undefined, { signal }).catch(() => {});
