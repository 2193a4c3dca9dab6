import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Database } from '#connections';
import {
  beginning,
  CannotLead,
  type Checkpoint,
  type Generation,
  isAfter,
  savedCheckpoint,
  writableGenerationOf,
} from '#event-store';
import type { PublishedPosition, Publisher } from './publisher.js';
import { resumptionOf } from './resumption.js';
import { type Author, RivalRelays } from './rival-relays.js';

/** The name of the relay's subscription. */
export const relayName = 'kafka';

const log = new Logger(relayName);
/** An operator's command competes with relays that try to lead. */
const maxAttempts = 5;

/** How often a relay writes its heartbeat, and how long after one other relays count it as running. */
export type RelayTimes = { heartbeatMs: number; rivalTimeoutMs: number };
export const defaultRelayTimes: RelayTimes = { heartbeatMs: 10_000, rivalTimeoutMs: 30_000 };

/** Verifies Kafka and the log each time that a relay takes the lead, and writes heartbeats while it leads (ADR 28). */
export class RelayLead {
  /** Identifies this relay in each position that it writes. */
  signature?: Author & Pick<PublishedPosition, 'logId'>;
  private readonly relay = randomUUID();
  private readonly rivals: RivalRelays;
  /** Positions that Kafka may have: the last confirmed one, and those that are being written. */
  private expected?: (string | undefined)[];
  private stoppedBefore = '';

  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
    private readonly times: RelayTimes,
  ) {
    this.rivals = new RivalRelays(() => publisher.newestPosition(), times.rivalTimeoutMs);
  }

  /** Fences off relays that led before, and compares Kafka's position with the log. */
  async resume(checkpoint: Checkpoint, generation: Generation, signal: AbortSignal): Promise<Checkpoint> {
    if (!this.publisher.keepsPosition) return checkpoint;
    this.publisher.dropSession();
    try {
      const signature = await this.sign(generation);
      await this.rivals.checkAbsent(signature, signal);
      signal.throwIfAborted();
      const position = await this.publisher.committed();
      const topics = this.publisher.transactionalTopics;
      const { from, warning } = await resumptionOf(this.database, { checkpoint, generation, topics }, position);
      if (warning) log.warn(warning);
      // The log lost this event: do not look for it again.
      const written =
        warning && position && !isAfter(checkpoint, position) ? { ...position, eventId: undefined } : position;
      const announced = { ...(written ?? from), ...signature };
      await this.publisher.announce(announced, () => signal.throwIfAborted());
      this.hasWritten(announced);
      this.heartbeatUntil(signal);
      this.stoppedBefore = '';
      return from;
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof CannotLead && message !== this.stoppedBefore) log.error(message);
      if (error instanceof CannotLead) this.stoppedBefore = message;
      throw error;
    }
  }

  /** Throws CannotLead when another relay wrote to Kafka since this one did, or Kafka was set back. */
  verify(committed: PublishedPosition | undefined): void {
    if (!this.publisher.keepsPosition || !this.expected) return;
    if (!this.expected.includes(nameOf(committed)))
      throw new CannotLead(
        "Kafka's checkpoint is not the one that this relay wrote last. The relay verifies Kafka and the log again.",
      );
    this.expected = [nameOf(committed)];
  }

  /** A position is being written to Kafka; its outcome is still unknown. */
  willWrite(position: PublishedPosition): void {
    this.expected?.push(nameOf(position));
  }

  hasWritten(position: PublishedPosition): void {
    this.expected = [nameOf(position)];
  }

  async publishFrom(where: 'beginning' | 'checkpoint'): Promise<Checkpoint> {
    if (!this.publisher.keepsPosition)
      throw new Error('With KAFKA_TRANSACTIONS=off Kafka keeps no checkpoint: the one in the database counts.');
    const signature = await this.sign(await writableGenerationOf(this.database));
    const from = (where === 'checkpoint' && (await savedCheckpoint(this.database, relayName))) || beginning;
    await this.rivals.checkAbsent(signature);
    for (let attempt = 1; ; attempt++)
      try {
        await this.publisher.announce({ ...from, ...signature });
        return from;
      } catch (error) {
        if (attempt === maxAttempts) throw error;
      }
  }

  private async sign({ logId }: Generation) {
    const { rows } = await this.database.query<{ server: string }>(
      `select concat_ws('/', coalesce(host(inet_server_addr()), 'socket') || ':' || current_setting('port'),
         current_database(), s.system_identifier, s.timeline) as server from log_server() s`,
    );
    this.signature = { logId, server: rows[0]!.server, relay: this.relay };
    return this.signature;
  }

  private heartbeatUntil(signal: AbortSignal) {
    const timer = setInterval(() => {
      this.publisher.heartbeat().catch((error) => log.debug(`Kafka refused a heartbeat: ${error.message}`));
    }, this.times.heartbeatMs);
    signal.addEventListener('abort', () => clearInterval(timer));
    if (signal.aborted) clearInterval(timer);
  }
}

const nameOf = (position?: PublishedPosition) =>
  position && [position.generation, position.xid, position.position, position.eventId].join();
