import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Kafka, Producer, ProducerBatch, RecordMetadata } from 'kafkajs';
import type { Configuration } from '#configuration';
import type { Checkpoint } from '#event-store';
import type { BusMessage } from './event-bus/exam-attempts.js';
import { connectProducer, disconnect, type KafkaAccess, kafkaClient, lastOffsets, readUntil } from './kafka.js';
import type { Message } from './messages.js';
import { checkpointTopic, createTopics } from './topic-settings.js';

/** Up to where the log is published: the last event of a transaction, whose log it is, and which relay wrote it. */
export type PublishedPosition = Checkpoint & { eventId?: string; logId?: string; server?: string; relay?: string };
export type ReadPosition = PublishedPosition & { offset: string };

/** A message, and where it is. `topic` has the configured prefix. */
export type Receipt = { message: Message | BusMessage; topic: string; partition: number; offset: string };

export type PublisherConfiguration = KafkaAccess & Pick<Configuration, 'kafkaTopicPrefix' | 'kafkaTransactions'>;

/** The broker will never take this, however often it is sent. */
export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge';
}

/** The broker refuses a message, or all of a partition together. */
const refusedMessages = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];

type Session = { producer: Producer; committed?: PublishedPosition };
type Sender = { sendBatch(batch: ProducerBatch): Promise<RecordMetadata[]> };

/**
 * Publishes to Kafka, one batch after the other, and makes the topics that are missing. As `follower`
 * of the log it keeps its place in the same transaction as the messages, and of all with this name the newest alone gets
 * through; without a name, or without transactions, a message may arrive though `publish` throws.
 */
export class Publisher {
  private readonly kafka: Kafka;
  private readonly prefix: string;
  private readonly follower?: string;
  private session?: Promise<Session>;
  /** The partitions of the messages of the running `publish`. */
  private readonly partitionOf = new Map<object, number>();
  private isSingle = false;
  private check: () => void = () => {};
  /** When what is being published now has ended. */
  private turn: Promise<void> = Promise.resolve();

  /** `topics` without prefix. Connects when there is something to publish. */
  constructor(
    configuration: PublisherConfiguration,
    private readonly topics: readonly string[],
    follower?: string,
  ) {
    this.kafka = kafkaClient(configuration);
    this.prefix = configuration.kafkaTopicPrefix;
    if (configuration.kafkaTransactions === 'on') this.follower = follower;
  }

  /** Whether Kafka keeps the place in the log, too. */
  get keepsPosition(): boolean {
    return this.follower !== undefined;
  }

  /** Topics, with prefix, in which nobody sees a message before its receipt is noted. */
  get transactionalTopics(): string[] {
    return this.follower === undefined ? [] : this.topics.map((name) => this.prefix + name);
  }

  /** Up to where the log is published, as Kafka knows it; undefined when it does not. Throws when it does not answer. */
  async committed(): Promise<PublishedPosition | undefined> {
    return (await this.connected()).committed;
  }

  /** The newest place that anybody wrote, without shutting out the relay that did. */
  async newestPosition(): Promise<ReadPosition | undefined> {
    await createTopics(this.kafka, this.prefix, [checkpointTopic]);
    return this.newestPlace(await lastOffsets(this.kafka, this.prefix + checkpointTopic));
  }

  /** Writes the place anew, so that others hear of it; connects when needed. */
  announce(place: PublishedPosition, check?: () => void): Promise<void> {
    return this.publish([], place, async () => {}, check);
  }

  /** The same with the place that is there; does nothing when this publisher is not connected. */
  heartbeat(): Promise<void> {
    return this.inTurn(async () => {
      const session = await this.session;
      if (session?.committed) await this.publishNow([], session.committed, async () => {});
    });
  }

  /** Another relay, or another database, may have been at work since: the next use asks Kafka again. */
  dropSession(): void {
    this.session?.then(({ producer }) => disconnect(producer)).catch(() => {});
    this.session = undefined;
  }

  /**
   * Resolves when all replicas in sync have all messages, in the given order for each key. `note` gets the receipts before
   * anybody sees the messages; what it throws keeps them from being seen, where there are transactions. Throws TooLarge
   * when a message is larger than its topic allows, or all for a partition together are; else whatever keeps Kafka from
   * answering. `check` is called just before messages leave; what it throws keeps them back.
   */
  publish(...given: Parameters<Publisher['publishNow']>): Promise<void> {
    return this.inTurn(() => this.publishNow(...given));
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const working = this.turn.then(work);
    this.turn = working.catch(() => {});
    return working;
  }

  private async publishNow(
    messages: readonly (Message | BusMessage)[],
    place: PublishedPosition,
    note: (receipts: Receipt[]) => Promise<void>,
    check: () => void = () => {},
  ): Promise<void> {
    check(); // a relay that was frozen must not shut the next one out by connecting
    this.check = check;
    const session = await this.connected();
    const { producer, committed } = session;
    try {
      if (this.follower === undefined) return await note(await this.send(producer, messages));
      const transaction = await producer.transaction();
      const checkpoint = { topic: checkpointTopic, key: this.follower, value: JSON.stringify(place), headers: {} };
      const receipts = await this.send(transaction, [...messages, checkpoint]);
      await note(receipts.slice(0, -1));
      check();
      await transaction.commit();
      session.committed = place;
    } catch (error) {
      // Nobody knows what arrived. The next messages must not carry the numbers of these, or the broker takes them for these.
      this.session = undefined;
      disconnect(producer);
      const { type, message } = error as { type?: string; message: string };
      if (!refusedMessages.includes(type!)) throw error;
      check();
      // The caller goes on from the same place, if no other relay has come meanwhile.
      if ((await this.committed())?.eventId !== committed?.eventId) throw error;
      throw new MessageTooLarge(message);
    } finally {
      this.check = () => {};
    }
  }

  /** Waits a moment, at most, for a broker that does not answer. */
  async close(): Promise<void> {
    const gone = this.session?.then(({ producer }) => disconnect(producer)).catch(() => {});
    await Promise.race([gone, pause(1000, undefined, { ref: false })]);
  }

  private connected(): Promise<Session> {
    if (!this.session) {
      const session = this.connect();
      this.session = session;
      session.catch(() => {
        if (this.session === session) this.session = undefined;
      });
    }
    return this.session;
  }

  private async connect(): Promise<Session> {
    const { follower } = this;
    const topics = follower === undefined ? this.topics : [...this.topics, checkpointTopic];
    await createTopics(this.kafka, this.prefix, topics);
    const producer = await connectProducer(this.kafka, {
      ...(follower !== undefined && { transactionalId: `${this.prefix}exam-proctoring-${follower}` }),
      onTarget: (message, partition) => this.direct(message, partition),
    });
    if (follower === undefined) return { producer };
    try {
      return { producer, committed: await this.readPlace(producer, follower) };
    } catch (error) {
      disconnect(producer);
      throw error;
    }
  }

  /**
   * The place in the newest transaction. Asking where the topic ends is not enough: a broker that leads since a moment ago
   * may not know yet. So something is written behind everything that is there, and read up to.
   */
  private async readPlace(producer: Producer, follower: string): Promise<PublishedPosition | undefined> {
    const transaction = await producer.transaction();
    const end = { topic: checkpointTopic, key: `end of ${follower}`, value: randomUUID(), headers: {} };
    const { partition, offset } = (await this.send(transaction, [end]))[0]!;
    await transaction.commit();
    const found = await this.newestPlace(new Map([[partition, BigInt(offset)]]));
    if (!found) return undefined;
    const { offset: _, ...place } = found;
    return place;
  }

  /** One without a generation was written before there were any: it is of the first. */
  private async newestPlace(until: ReadonlyMap<number, bigint>): Promise<ReadPosition | undefined> {
    let place: ReadPosition | undefined;
    await readUntil(this.kafka, this.prefix + checkpointTopic, until, ({ key, value, offset }) => {
      if (String(key) === this.follower) place = { generation: 1, ...JSON.parse(String(value)), offset };
    });
    return place;
  }

  /**
   * The package asks for partitions anew when it tries again. Then what some brokers have, or are about to get, may be sent
   * to them a second time with new numbers, or be forgotten. A single message is safe: it has the same number again.
   */
  private direct(message: object, partition: number) {
    this.check();
    if (this.partitionOf.has(message) && !this.isSingle) throw new Error('Kafka did not take all messages at once.');
    this.partitionOf.set(message, partition);
  }

  private async send(sender: Sender, messages: readonly (Message | BusMessage)[]): Promise<Receipt[]> {
    this.partitionOf.clear();
    this.isSingle = messages.length === 1;
    const acks = await sender.sendBatch({
      topicMessages: [...new Set(messages.map(({ topic }) => topic))].map((name) => ({
        topic: this.prefix + name,
        messages: messages.filter(({ topic }) => topic === name),
      })),
      timeout: 8000,
    });
    const next = new Map(
      acks.map(({ topicName, partition, baseOffset }) => [`${topicName}/${partition}`, BigInt(baseOffset!)]),
    );
    return messages.map((message) => {
      const topic = this.prefix + message.topic;
      const partition = this.partitionOf.get(message)!;
      const offset = next.get(`${topic}/${partition}`);
      if (offset === undefined) throw new Error(`Kafka did not confirm ${topic}/${partition}`);
      next.set(`${topic}/${partition}`, offset + 1n);
      return { message, topic, partition, offset: String(offset) };
    });
  }
}
