import { once } from 'node:events';
import { setTimeout as pause, setImmediate } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import {
  type Checkpoint,
  causeOf,
  computeFrom,
  EventStore,
  isAfter,
  isCausedByEvent,
  type Lease,
  type LeaseOptions,
  outageLog,
  positionOf,
  type RecordedEvent,
  Subscription,
  Undeliverable,
} from '#event-store';
import { type BusMessage, ExamAttemptMessages } from './event-bus/exam-attempts.js';
import { SchemaRegistry } from './event-bus/registry.js';
import { relayName } from './lag.js';
import { keyOf, type Message, messagesOf } from './messages.js';
import { MessageTooLarge, Publisher, type PublisherConfiguration, type Receipt } from './publisher.js';
import { saveReceipts } from './receipts.js';
import { defaultRelayTimes, RelayLead, type RelayTimes } from './relay-lead.js';
import { StreamStates } from './stream-states.js';
import type { Change } from './topic.js';
import { publishedTopics, replayTopicOf } from './topic-settings.js';

const log = new Logger(relayName);
const graceMs = 3000;

/** How many events go in one transaction, at most; as many again are made ready meanwhile. */
const together = 500;

/** An event of which somebody is told something. */
type Told = { event: RecordedEvent; messages: (Message | BusMessage)[] };

/**
 * Publishes what the log says, in its order. Kafka's transactions hold the place in the log, too; so what a relay that dies
 * has published is either seen by nobody, or known to the next one.
 */
export class Relay {
  private readonly streams: StreamStates;
  private readonly live: Publisher;
  private readonly examAttempts?: ExamAttemptMessages;
  private readonly topics: string[];
  private readonly lead: RelayLead;

  /** Without brokers it publishes nothing, and all waits in the log. With a schema registry it tells Open edX, too. */
  constructor(
    private readonly database: Database,
    private readonly configuration: PublisherConfiguration & Pick<Configuration, 'schemaRegistryUrl'>,
    private readonly options: Pick<LeaseOptions, 'leaseMs'> = {},
    times: RelayTimes = defaultRelayTimes,
  ) {
    const { schemaRegistryUrl, kafkaTopicPrefix } = configuration;
    this.streams = new StreamStates(new EventStore(database));
    if (schemaRegistryUrl)
      this.examAttempts = new ExamAttemptMessages(database, new SchemaRegistry(schemaRegistryUrl), kafkaTopicPrefix);
    this.topics = publishedTopics(configuration);
    this.live = new Publisher(configuration, this.topics, relayName);
    this.lead = new RelayLead(database, this.live, times);
  }

  /** Until `signal`. Never rejects; whatever fails is tried again for ever. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.configuration.kafkaBrokers.length === 0) return;
    const follower = new Subscription(this.database, {
      ...this.options,
      name: relayName,
      batch: 4 * together,
      wakesOnAppend: true,
      orderingKeyOf: ({ metadata }) => keyOf(metadata),
      resumeFrom: async (checkpoint, generation, leading) => {
        this.streams.forget();
        return inGrace(this.lead.resume(checkpoint, generation, leading), signal);
      },
      ...outageLog(
        log,
        { outage: 'Messages wait in the log, for they cannot be published', recovery: 'Messages are published again.' },
        async (events, _signal, lease) => {
          await inGrace(this.handle(events, lease), signal);
        },
      ),
    });
    await follower.run(signal);
  }

  /**
   * Publishes the next events of the log, but for those that Kafka has already. Throws Undeliverable for an event whose
   * messages cannot be made, or will never be taken by Kafka.
   */
  async handle(events: readonly RecordedEvent[], lease?: Lease): Promise<void> {
    const committed = await this.live.committed();
    this.lead.verify(committed);
    const first = committed ? events.findIndex((event) => isAfter(event, committed)) : 0;
    const left = first < 0 ? [] : events.slice(first);
    let next = left.length > 0 ? this.tell(left.slice(0, together)) : undefined;
    for (let at = together; next; at += together) {
      const told = await next;
      next = at < left.length ? this.tell(left.slice(at, at + together)) : undefined;
      next?.catch(() => {}); // heard of when its turn comes
      await this.publish(told, lease);
    }
  }

  /**
   * Publishes events once more: into topics beside the live ones, or into these. Their readers see the same messages,
   * with the same ids. Answers how many messages there were. Throws what `handle` throws.
   */
  async republish(events: readonly RecordedEvent[], into: 'live' | 'replay', lease?: Lease): Promise<number> {
    const told = await this.tell(events);
    if (into === 'replay')
      for (const each of told)
        each.messages = each.messages.map((message) => ({ ...message, topic: replayTopicOf(message.topic) }));
    const topics = into === 'replay' ? this.topics.map(replayTopicOf) : this.topics;
    const publisher = new Publisher(this.configuration, topics);
    await this.publish(told, lease, publisher).finally(() => publisher.close());
    return told.flatMap(({ messages }) => messages).length;
  }

  /** Tells Kafka where the log is published up to, by an operator's decision: the leading relay goes on from there. */
  publishFrom(where: 'beginning' | 'checkpoint'): Promise<Checkpoint> {
    return this.lead.publishFrom(where);
  }

  async close(): Promise<void> {
    await this.live.close();
  }

  /** The events of which somebody is told something. Throws Undeliverable for one whose messages cannot be made. */
  private async tell(events: readonly RecordedEvent[]): Promise<Told[]> {
    try {
      return await this.tellTogether(events);
    } catch (error) {
      if (error instanceof Undeliverable || !isCausedByEvent(error)) throw error;
      const [first, ...others] = events;
      if (first && others.length === 0) throw new Undeliverable(first, causeOf(error));
      // One of them is at fault: halves find it.
      const half = Math.ceil(events.length / 2);
      return [...(await this.tell(events.slice(0, half))), ...(await this.tell(events.slice(half)))];
    }
  }

  private async tellTogether(events: readonly RecordedEvent[]): Promise<Told[]> {
    const changes = await this.streams.changesOf(events);
    const told: (Told & { change: Change })[] = [];
    for (const [index, event] of events.entries()) {
      // In small steps, for which there is time while Kafka has the messages before.
      if (index % 50 === 49) await setImmediate();
      const change = changes.get(event.id);
      if (change) told.push({ event, change, messages: computeFrom(event, () => messagesOf(change)) });
    }
    const onBus = await this.examAttempts?.messagesOf(told.map(({ change }) => change));
    for (const { event, messages } of told) messages.push(...(onBus?.get(event.id) ?? []));
    return told;
  }

  /** A batch that is too large is sent in halves; a message that is too large by itself is undeliverable. */
  private async publish(told: readonly Told[], lease?: Lease, publisher = this.live): Promise<void> {
    const messages = told.flatMap((each) => each.messages);
    const last = told.at(-1)?.event;
    if (!last || messages.length === 0) return;
    const eventIds = told.flatMap(({ event, messages }) => messages.map(() => event.id));
    const place = { ...positionOf(last), eventId: last.id, ...this.lead.signature };
    if (publisher === this.live) this.lead.willWrite(place);
    try {
      const note = (receipts: Receipt[]) => {
        const deliveries = receipts.map(({ message, ...where }, index) => ({
          ...where,
          eventId: eventIds[index]!,
          ceId: message.headers.ce_id!,
        }));
        return saveReceipts(this.database, deliveries, publisher.transactionalTopics, lease);
      };
      await publisher.publish(messages, place, note, () => lease?.check());
      if (publisher === this.live) this.lead.hasWritten(place);
    } catch (error) {
      if (!(error instanceof MessageTooLarge)) throw error;
      if (told.length === 1) throw new Undeliverable(last, error.message);
      const half = Math.ceil(told.length / 2);
      await this.publish(told.slice(0, half), lease, publisher);
      await this.publish(told.slice(half), lease, publisher);
    }
  }
}

/** Rejects some time after `signal`: a broker that does not answer holds up nobody's end. */
async function inGrace<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  return Promise.race([work, graceAfter(signal, done.signal)]).finally(() => done.abort());
}

async function graceAfter(signal: AbortSignal, done: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort', { signal: done });
  await pause(graceMs, undefined, { signal: done });
  throw new Error('Kafka did not answer in time.');
}
