import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Database } from '#connections';
import { beginning, CannotLead, type Checkpoint, type Generation, isAfter, writableGenerationOf } from '#event-store';
import { relayName } from './lag.js';
import type { PublishedPosition, Publisher } from './publisher.js';
import { resumptionOf } from './resumption.js';
import { type Author, RivalRelays } from './rival-relays.js';

const log = new Logger(relayName);
/** An operator's decision competes with relays that try to lead. */
const tries = 5;

/** How often a relay says that it publishes, and how long others count it among the living after that. */
export type RelayTimes = { heartbeatMs: number; rivalTimeoutMs: number };
export const defaultRelayTimes: RelayTimes = { heartbeatMs: 10_000, rivalTimeoutMs: 30_000 };

/** The checks of a relay each time that it takes the lead, and its reports while it leads (ADR 28). */
export class RelayLead {
  /** The signature of this relay in each published position. */
  signature?: Author & Pick<PublishedPosition, 'logId'>;
  private readonly relay = randomUUID();
  private readonly rivals: RivalRelays;
  /** Places that Kafka may have since this process took the lead: the newest, and those on their way. */
  private expected?: (string | undefined)[];
  private stoppedBefore = '';

  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
    private readonly times: RelayTimes,
  ) {
    this.rivals = new RivalRelays(() => publisher.newestPosition(), times.rivalTimeoutMs);
  }

  /** Shuts out relays that led before, and compares what Kafka has with the log. */
  async resume(checkpoint: Checkpoint, generation: Generation, signal: AbortSignal): Promise<Checkpoint> {
    if (!this.publisher.keepsPosition) return checkpoint;
    this.publisher.dropSession();
    try {
      const signature = await this.sign(generation);
      await this.rivals.checkAbsent(signature, signal);
      signal.throwIfAborted();
      const place = await this.publisher.committed();
      const topics = this.publisher.transactionalTopics;
      const { from, warning } = await resumptionOf(this.database, { checkpoint, generation, topics }, place);
      if (warning) log.warn(warning);
      // The event of a place that the log lost is not looked for again.
      const known = warning && place && !isAfter(checkpoint, place) ? { ...place, eventId: undefined } : place;
      const announced = { ...(known ?? from), ...signature };
      await this.publisher.announce(announced, () => signal.throwIfAborted());
      this.hasWritten(announced);
      this.beatUntil(signal);
      this.stoppedBefore = '';
      return from;
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof CannotLead && message !== this.stoppedBefore) log.error(message);
      if (error instanceof CannotLead) this.stoppedBefore = message;
      throw error;
    }
  }

  /** Throws CannotLead when somebody else wrote to Kafka, or Kafka was set back, since this relay did. */
  verify(committed: PublishedPosition | undefined): void {
    if (!this.publisher.keepsPosition || !this.expected) return;
    if (!this.expected.includes(nameOf(committed)))
      throw new CannotLead("Kafka's checkpoint is not the one that this relay wrote last: all is verified again.");
    this.expected = [nameOf(committed)];
  }

  /** A place is on its way to Kafka; whether it arrives is not known yet. */
  willWrite(place: PublishedPosition): void {
    this.expected?.push(nameOf(place));
  }

  hasWritten(place: PublishedPosition): void {
    this.expected = [nameOf(place)];
  }

  async publishFrom(where: 'beginning' | 'checkpoint'): Promise<Checkpoint> {
    if (!this.publisher.keepsPosition)
      throw new Error('With KAFKA_TRANSACTIONS=off Kafka keeps no checkpoint: the one in the database counts.');
    const signature = await this.sign(await writableGenerationOf(this.database));
    const text = 'select generation, xid::text, position from checkpoints where name = $1';
    const { rows } = await this.database.query<Checkpoint>(text, [relayName]);
    const from = (where === 'checkpoint' && rows[0]) || beginning;
    await this.rivals.checkAbsent(signature);
    for (let attempt = 1; ; attempt++)
      try {
        await this.publisher.announce({ ...from, ...signature });
        return from;
      } catch (error) {
        if (attempt === tries) throw error;
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

  private beatUntil(signal: AbortSignal) {
    const beating = setInterval(() => {
      this.publisher.heartbeat().catch((error) => log.debug(`Kafka did not take a beat: ${error.message}`));
    }, this.times.heartbeatMs);
    signal.addEventListener('abort', () => clearInterval(beating));
    if (signal.aborted) clearInterval(beating);
  }
}

const nameOf = (place?: PublishedPosition) =>
  place && [place.generation, place.xid, place.position, place.eventId].join();
