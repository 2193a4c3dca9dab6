import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Kafka, Producer, ProducerBatch, RecordMetadata } from 'kafkajs';
import type { Configuration } from '#configuration';
import type { Checkpoint } from '#event-store';
import type { BusMessage } from './event-bus/exam-attempts.js';
import { connectProducer, disconnect, type KafkaAccess, kafkaClient, lastOffsets, readUntil } from './kafka.js';
import type { Message } from './messages.js';
import { checkpointTopic, createTopics } from './topic-settings.js';

/** How far the log is published: the last event of a transaction, the id of the log, and the relay that wrote it. */
export type PublishedPosition = Checkpoint & { eventId?: string; logId?: string; server?: string; relay?: string };
export type ReadPosition = PublishedPosition & { offset: string };

/** The receipt of a message. `topic` has the configured prefix. */
export type Receipt = { message: Message | BusMessage; topic: string; partition: number; offset: string };

export type PublisherConfiguration = KafkaAccess & Pick<Configuration, 'kafkaTopicPrefix' | 'kafkaTransactions'>;

/** The broker refuses this message each time. */
export class MessageTooLarge extends Error {
  override readonly name = 'MessageTooLarge';
}

/** The broker refuses one message, or all messages for a partition together. */
const refusedMessages = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD'];

type Session = { producer: Producer; committed?: PublishedPosition };
type Sender = { sendBatch(batch: ProducerBatch): Promise<RecordMetadata[]> };

/**
 * Publishes to Kafka, one batch after the other, and creates missing topics. With a `subscription` name it writes the
 * position in the log in the same transaction as the messages, and Kafka fences off earlier publishers with that name.
 * Without a name, or without transactions, a message may arrive although `publish` throws.
 */
export class Publisher {
  private readonly kafka: Kafka;
  private readonly prefix: string;
  private readonly subscription?: string;
  private session?: Promise<Session>;
  /** The partition of each message of the running `publish`. */
  private readonly partitionOf = new Map<object, number>();
  private isSingle = false;
  private check: () => void = () => {};
  /** Settles when the running `publish` ends. */
  private turn: Promise<void> = Promise.resolve();

  /** `topics` without prefix. Connects at the first use. */
  constructor(
    configuration: PublisherConfiguration,
    private readonly topics: readonly string[],
    subscription?: string,
  ) {
    this.kafka = kafkaClient(configuration);
    this.prefix = configuration.kafkaTopicPrefix;
    if (configuration.kafkaTransactions === 'on') this.subscription = subscription;
  }

  /** Whether Kafka keeps the position in the log, too. */
  get keepsPosition(): boolean {
    return this.subscription !== undefined;
  }

  /** Topics, with prefix, in which a message becomes visible only after its receipt is saved. */
  get transactionalTopics(): string[] {
    return this.subscription === undefined ? [] : this.topics.map((name) => this.prefix + name);
  }

  /** Kafka's position in the log; undefined when it has none. Throws when Kafka does not answer. */
  async committed(): Promise<PublishedPosition | undefined> {
    return (await this.connected()).committed;
  }

  /** The newest position that any relay wrote. Does not fence off that relay. */
  async newestPosition(): Promise<ReadPosition | undefined> {
    await createTopics(this.kafka, this.prefix, [checkpointTopic]);
    return this.newestIn(await lastOffsets(this.kafka, this.prefix + checkpointTopic));
  }

  /** Writes the position again, so that other relays read it. Connects if needed. */
  announce(position: PublishedPosition, check?: () => void): Promise<void> {
    return this.publish([], position, async () => {}, check);
  }

  /** Writes Kafka's position again. Does nothing when this publisher is not connected. */
  heartbeat(): Promise<void> {
    return this.inTurn(async () => {
      const session = await this.session;
      if (session?.committed) await this.publishNow([], session.committed, async () => {});
    });
  }

  /** Another relay or database may have published since. The next use reads Kafka's position again. */
  dropSession(): void {
    this.session?.then(({ producer }) => disconnect(producer)).catch(() => {});
    this.session = undefined;
  }

  /**
   * Resolves when all in-sync replicas have all messages, in the given order for each key. `saveReceipts` gets the receipts
   * before the messages are visible; when it throws, transactional messages stay invisible. `check` is called just before
   * messages are sent; when it throws, they are not sent. Throws MessageTooLarge when a message, or all messages for a
   * partition together, are larger than the topic allows.
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
    position: PublishedPosition,
    saveReceipts: (receipts: Receipt[]) => Promise<void>,
    check: () => void = () => {},
  ): Promise<void> {
    check(); // a relay that was frozen must not fence off the next one by connecting
    this.check = check;
    const session = await this.connected();
    const { producer, committed } = session;
    try {
      if (this.subscription === undefined) return await saveReceipts(await this.send(producer, messages));
      const transaction = await producer.transaction();
      const checkpoint = {
        topic: checkpointTopic,
        key: this.subscription,
        value: JSON.stringify(position),
        headers: {},
      };
      const receipts = await this.send(transaction, [...messages, checkpoint]);
      await saveReceipts(receipts.slice(0, -1));
      check();
      await transaction.commit();
      session.committed = position;
    } catch (error) {
      // It is unknown which messages arrived. A new producer is needed: with the same sequence numbers the broker would take
      // the next messages for duplicates.
      this.session = undefined;
      disconnect(producer);
      const { type, message } = error as { type?: string; message: string };
      if (!refusedMessages.includes(type!)) throw error;
      check();
      // The caller goes on from the same position, unless another relay has published meanwhile.
      if ((await this.committed())?.eventId !== committed?.eventId) throw error;
      throw new MessageTooLarge(message);
    } finally {
      this.check = () => {};
    }
  }

  /** Waits at most a second for a broker that does not answer. */
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
    const { subscription } = this;
    const topics = subscription === undefined ? this.topics : [...this.topics, checkpointTopic];
    await createTopics(this.kafka, this.prefix, topics);
    const producer = await connectProducer(this.kafka, {
      ...(subscription !== undefined && { transactionalId: `${this.prefix}exam-proctoring-${subscription}` }),
      onTarget: (message, partition) => this.recordPartition(message, partition),
    });
    if (subscription === undefined) return { producer };
    try {
      return { producer, committed: await this.readPosition(producer, subscription) };
    } catch (error) {
      disconnect(producer);
      throw error;
    }
  }

  /**
   * The position in the newest transaction. A broker that has just become leader may report too early an end of the topic.
   * So this writes a marker after all records and reads up to it.
   */
  private async readPosition(producer: Producer, subscription: string): Promise<PublishedPosition | undefined> {
    const transaction = await producer.transaction();
    const end = { topic: checkpointTopic, key: `end of ${subscription}`, value: randomUUID(), headers: {} };
    const { partition, offset } = (await this.send(transaction, [end]))[0]!;
    await transaction.commit();
    const found = await this.newestIn(new Map([[partition, BigInt(offset)]]));
    if (!found) return undefined;
    const { offset: _, ...position } = found;
    return position;
  }

  /** A position without a generation is older than generations: it belongs to the first. */
  private async newestIn(until: ReadonlyMap<number, bigint>): Promise<ReadPosition | undefined> {
    let position: ReadPosition | undefined;
    await readUntil(this.kafka, this.prefix + checkpointTopic, until, ({ key, value, offset }) => {
      if (String(key) === this.subscription) position = { generation: 1, ...JSON.parse(String(value)), offset };
    });
    return position;
  }

  /**
   * kafkajs chooses partitions again when it retries. Messages that some brokers already have could then be sent again with
   * new sequence numbers, or be lost. So a retry fails, except for a single message, which keeps its number.
   */
  private recordPartition(message: object, partition: number) {
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
