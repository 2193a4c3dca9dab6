import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Kafka, Producer, ProducerBatch, RecordMetadata, Transaction } from 'kafkajs';
import type { Configuration } from '#configuration';
import type { Checkpoint } from '#event-store';
import type { BusMessage } from './event-bus/exam-attempts.js';
import { disconnect, type KafkaAccess, kafkaAt, producerOf, readUntil } from './kafka.js';
import type { Message } from './messages.js';
import { checkpointTopic, makeTopics } from './topic-settings.js';

/** The last event of a transaction. */
export type Place = Checkpoint & { eventId: string };

/** A message, and where it is. `topic` has the configured prefix. */
export type Receipt = { message: Message | BusMessage; topic: string; partition: number; offset: string };

export type PublisherConfiguration = KafkaAccess & Pick<Configuration, 'kafkaTopicPrefix' | 'kafkaTransactions'>;

/** The broker will never take this, however often it is sent. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** `ended`: when the last messages can be seen, or never will be. */
type Session = { producers: Producer[]; committed?: Place; ended: Promise<void> };
type Sender = { sendBatch(batch: ProducerBatch): Promise<RecordMetadata[]> };

/**
 * Publishes to Kafka, and makes the topics that are missing. The caller awaits each `publish`, and before the next but one
 * that its messages can be seen. As `follower` of the log it keeps its place in the same transaction as the messages, and
 * of all with this name the newest alone gets through; without a name, or without transactions, a message may arrive though
 * `publish` throws.
 */
export class Publisher {
  private readonly kafka: Kafka;
  private readonly prefix: string;
  private readonly follower?: string;
  private session?: Promise<Session>;
  /** Where the messages of the running `publish` go. */
  private readonly partitionOf = new Map<object, number>();
  private isSingle = false;

  /** `topics` without prefix. Connects when there is something to publish. */
  constructor(
    configuration: PublisherConfiguration,
    private readonly topics: readonly string[],
    follower?: string,
  ) {
    this.kafka = kafkaAt(configuration);
    this.prefix = configuration.kafkaTopicPrefix;
    if (configuration.kafkaTransactions === 'on') this.follower = follower;
  }

  /** Topics, with prefix, in which nobody sees a message before its receipt is noted. */
  get unseenUntilNoted(): string[] {
    return this.follower === undefined ? [] : this.topics.map((name) => this.prefix + name);
  }

  /** Up to where the log is published, as Kafka knows it; undefined when it does not. Throws when it does not answer. */
  async committed(): Promise<Place | undefined> {
    const session = await this.connected();
    await session.ended;
    return session.committed;
  }

  /**
   * Resolves when all replicas in sync have all messages, in the given order for each key; `ended`, when they can be seen.
   * The next ones may be published before, and are seen after these. `note` gets the receipts before anybody sees the
   * messages; what it throws keeps them from being seen, where there are transactions. Throws TooLarge when a message is
   * larger than its topic allows, or all for a partition together are; else whatever keeps Kafka from answering.
   */
  async publish(
    messages: readonly (Message | BusMessage)[],
    place: Place,
    note: (receipts: Receipt[]) => Promise<void>,
  ): Promise<{ ended: Promise<void> }> {
    const session = await this.connected();
    const { producers, ended: before } = session;
    const [producer] = producers;
    try {
      if (this.follower === undefined) await note(await this.send(producer, messages));
      else {
        producers.reverse();
        const transaction = await producer.transaction();
        const checkpoint = { topic: checkpointTopic, key: this.follower, value: JSON.stringify(place), headers: {} };
        const receipts = await this.send(transaction, [...messages, checkpoint]);
        session.ended = this.end(session, Promise.all([note(receipts.slice(0, -1)), before]), transaction, place);
        session.ended.catch(() => {}); // whoever publishes hears of it
      }
      return { ended: session.ended };
    } catch (error) {
      await before;
      this.drop(session);
      const { type, message } = error as { type?: string; message: string };
      if (type !== 'MESSAGE_TOO_LARGE' && type !== 'RECORD_LIST_TOO_LARGE') throw error;
      // It was refused before its transaction could end, so the place is the same.
      this.session = this.connect(session.committed);
      this.session.catch(() => {});
      throw new TooLarge(message);
    }
  }

  private async end(session: Session, before: Promise<unknown>, transaction: Transaction, place: Place) {
    try {
      await before;
      await transaction.commit();
      session.committed = place;
    } catch (error) {
      this.drop(session);
      throw error;
    }
  }

  /** Nobody knows what arrived. The next messages must not carry the numbers of these, or the broker takes them for these. */
  private drop({ producers }: Session) {
    this.session = undefined;
    producers.forEach(disconnect);
  }

  /** Waits a moment, at most, for a broker that does not answer. */
  async close(): Promise<void> {
    const gone = this.session?.then(({ producers }) => Promise.all(producers.map(disconnect))).catch(() => {});
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

  private async connect(known?: Place): Promise<Session> {
    const { follower } = this;
    const topics = follower === undefined ? this.topics : [...this.topics, checkpointTopic];
    await makeTopics(this.kafka, this.prefix, topics);
    const onTarget = (message: object, partition: number) => this.direct(message, partition);
    const ended = Promise.resolve();
    if (follower === undefined) return { producers: [await producerOf(this.kafka, { onTarget })], ended };
    const producers: Producer[] = [];
    try {
      // Two take turns, for Kafka refuses a transaction while it still writes down the end of the producer's last one.
      for (const turn of ['', '-2'])
        producers.push(
          await producerOf(this.kafka, {
            transactionalId: `${this.prefix}exam-proctoring-${follower}${turn}`,
            onTarget,
          }),
        );
      return { producers, committed: known ?? (await this.readPlace(producers[0], follower)), ended };
    } catch (error) {
      producers.forEach(disconnect);
      throw error;
    }
  }

  /**
   * The place in the newest transaction. Asking where the topic ends is not enough: a broker that leads since a moment ago
   * may not know yet. So something is written behind everything that is there, and read up to.
   */
  private async readPlace(producer: Producer, follower: string): Promise<Place | undefined> {
    const transaction = await producer.transaction();
    const end = { topic: checkpointTopic, key: `end of ${follower}`, value: randomUUID(), headers: {} };
    const [{ partition, offset }] = await this.send(transaction, [end]);
    await transaction.commit();
    let place: Place | undefined;
    await readUntil(
      this.kafka,
      this.prefix + checkpointTopic,
      new Map([[partition, BigInt(offset)]]),
      ({ key, value }) => {
        if (String(key) === follower) place = JSON.parse(String(value));
      },
    );
    return place;
  }

  /**
   * The package asks for partitions anew when it tries again. Then what some brokers have, or are about to get, may be sent
   * to them a second time with new numbers, or be forgotten. A single message is safe: it has the same number again.
   */
  private direct(message: object, partition: number) {
    if (this.partitionOf.has(message) && !this.isSingle) throw new Error('Kafka did not take all messages at once.');
    this.partitionOf.set(message, partition);
  }

  private async send(sender: Sender, messages: readonly (Message | BusMessage)[]): Promise<Receipt[]> {
    this.partitionOf.clear();
    this.isSingle = messages.length === 1;
    const byTopic = new Map<string, (Message | BusMessage)[]>();
    for (const message of messages) {
      const others = byTopic.get(message.topic);
      if (others) others.push(message);
      else byTopic.set(message.topic, [message]);
    }
    const acks = await sender.sendBatch({
      topicMessages: [...byTopic].map(([name, messages]) => ({ topic: this.prefix + name, messages })),
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
