import { setImmediate } from 'node:timers/promises';
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
import { withGrace } from './kafka.js';
import { keyOf, type Message, messagesOf } from './messages.js';
import { MessageTooLarge, Publisher, type PublisherConfiguration, type Receipt } from './publisher.js';
import { saveReceipts } from './receipts.js';
import { defaultRelayTimes, RelayLead, type RelayTimes, relayName } from './relay-lead.js';
import { StreamStates } from './stream-states.js';
import type { Change } from './topic.js';
import { publishedTopics, replayTopicOf } from './topic-settings.js';

const log = new Logger(relayName);

/** The most events in one transaction. The next batch is prepared meanwhile. */
const batchSize = 500;

/** An event and its messages. */
type EventMessages = { event: RecordedEvent; messages: (Message | BusMessage)[] };

/**
 * Publishes the log's events to Kafka, in order. Each Kafka transaction contains the position in the log, too. So the
 * messages of a relay that dies are either invisible, or covered by the position that the next relay reads.
 */
export class Relay {
  private readonly streams: StreamStates;
  private readonly live: Publisher;
  private readonly examAttempts?: ExamAttemptMessages;
  private readonly topics: string[];
  private readonly lead: RelayLead;

  /** Without brokers it publishes nothing. With a schema registry it publishes to Open edX, too. */
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

  /** Runs until `signal` aborts. Never rejects: it retries every failure. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.configuration.kafkaBrokers.length === 0) return;
    const subscription = new Subscription(this.database, {
      ...this.options,
      name: relayName,
      batch: 4 * batchSize,
      wakesOnAppend: true,
      orderingKeyOf: ({ metadata }) => keyOf(metadata),
      resumeFrom: async (checkpoint, generation, leading) => {
        this.streams.forget();
        return withGrace(this.lead.resume(checkpoint, generation, leading), signal);
      },
      ...outageLog(
        log,
        { outage: 'Publishing to Kafka is paused', recovery: 'Publishing to Kafka works again.' },
        async (events, _signal, lease) => {
          await withGrace(this.handle(events, lease), signal);
        },
      ),
    });
    await subscription.run(signal);
  }

  /**
   * Publishes the next events of the log that Kafka does not have yet. Throws Undeliverable for an event whose messages
   * cannot be made, or which Kafka refuses each time.
   */
  async handle(events: readonly RecordedEvent[], lease?: Lease): Promise<void> {
    const committed = await this.live.committed();
    this.lead.verify(committed);
    const first = committed ? events.findIndex((event) => isAfter(event, committed)) : 0;
    const left = first < 0 ? [] : events.slice(first);
    let next = left.length > 0 ? this.messagesFor(left.slice(0, batchSize)) : undefined;
    for (let at = batchSize; next; at += batchSize) {
      const ready = await next;
      next = at < left.length ? this.messagesFor(left.slice(at, at + batchSize)) : undefined;
      next?.catch(() => {}); // awaited in the next round
      await this.publish(ready, lease);
    }
  }

  /**
   * Publishes events again, to the live topics or to the replay topics. The messages have the same ids. Answers how many
   * messages there were. Throws like `handle`.
   */
  async republish(events: readonly RecordedEvent[], into: 'live' | 'replay', lease?: Lease): Promise<number> {
    const ready = await this.messagesFor(events);
    if (into === 'replay')
      for (const each of ready)
        each.messages = each.messages.map((message) => ({ ...message, topic: replayTopicOf(message.topic) }));
    const topics = into === 'replay' ? this.topics.map(replayTopicOf) : this.topics;
    const publisher = new Publisher(this.configuration, topics);
    await this.publish(ready, lease, publisher).finally(() => publisher.close());
    return ready.flatMap(({ messages }) => messages).length;
  }

  /** Writes an operator's position to Kafka. The leading relay goes on from there. */
  publishFrom(where: 'beginning' | 'checkpoint'): Promise<Checkpoint> {
    return this.lead.publishFrom(where);
  }

  async close(): Promise<void> {
    await this.live.close();
  }

  /** The events that have messages. Throws Undeliverable for an event whose messages cannot be made. */
  private async messagesFor(events: readonly RecordedEvent[]): Promise<EventMessages[]> {
    try {
      return await this.messagesForAll(events);
    } catch (error) {
      if (error instanceof Undeliverable || !isCausedByEvent(error)) throw error;
      const [first, ...others] = events;
      if (first && others.length === 0) throw new Undeliverable(first, causeOf(error));
      // One of the events is the cause: halves find it.
      const half = Math.ceil(events.length / 2);
      return [...(await this.messagesFor(events.slice(0, half))), ...(await this.messagesFor(events.slice(half)))];
    }
  }

  private async messagesForAll(events: readonly RecordedEvent[]): Promise<EventMessages[]> {
    const changes = await this.streams.changesOf(events);
    const ready: (EventMessages & { change: Change })[] = [];
    for (const [index, event] of events.entries()) {
      // Yields now and then: Kafka is writing the batch before.
      if (index % 50 === 49) await setImmediate();
      const change = changes.get(event.id);
      if (change) ready.push({ event, change, messages: computeFrom(event, () => messagesOf(change)) });
    }
    const onBus = await this.examAttempts?.messagesOf(ready.map(({ change }) => change));
    for (const { event, messages } of ready) messages.push(...(onBus?.get(event.id) ?? []));
    return ready;
  }

  /** A batch that is too large is sent in halves; a message that is too large by itself is undeliverable. */
  private async publish(ready: readonly EventMessages[], lease?: Lease, publisher = this.live): Promise<void> {
    const messages = ready.flatMap((each) => each.messages);
    const last = ready.at(-1)?.event;
    if (!last || messages.length === 0) return;
    const eventIds = ready.flatMap(({ event, messages }) => messages.map(() => event.id));
    const position = { ...positionOf(last), eventId: last.id, ...this.lead.signature };
    if (publisher === this.live) this.lead.willWrite(position);
    try {
      const save = (receipts: Receipt[]) => {
        const deliveries = receipts.map(({ message, ...where }, index) => ({
          ...where,
          eventId: eventIds[index]!,
          ceId: message.headers.ce_id!,
        }));
        return saveReceipts(this.database, deliveries, publisher.transactionalTopics, lease);
      };
      await publisher.publish(messages, position, save, () => lease?.check());
      if (publisher === this.live) this.lead.hasWritten(position);
    } catch (error) {
      if (!(error instanceof MessageTooLarge)) throw error;
      if (ready.length === 1) throw new Undeliverable(last, error.message);
      const half = Math.ceil(ready.length / 2);
      await this.publish(ready.slice(0, half), lease, publisher);
      await this.publish(ready.slice(half), lease, publisher);
    }
  }
}
