import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { BusMessage } from './event-bus/exam-attempts.js';
import type { Message } from './messages.js';

const log = new Logger('kafka');
const partitions = 6;

/** The broker will never take this, however often it is sent. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** Kafka at these brokers (host:port). What matters reaches the caller as an error. */
export const kafkaAt = (brokers: string[]): Kafka =>
  new Kafka({
    clientId: 'exam-proctoring',
    brokers,
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 3 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, log: { message } }) =>
        log.debug(`${namespace}: ${message}`),
  });

/** Publishes to Kafka, and makes the topics that are missing. One at a time: the caller awaits each `publish`. */
export class Publisher {
  private readonly kafka: Kafka;
  private producer?: Promise<Producer>;
  /** Where the messages of the running `publish` go. */
  private readonly targets = new Set<string>();

  /** `prefix` stands before every one of the `topics`. Connects when there is something to publish. */
  constructor(
    brokers: string[],
    private readonly prefix: string,
    private readonly topics: readonly string[],
  ) {
    this.kafka = kafkaAt(brokers);
  }

  /**
   * Resolves when all replicas in sync have all messages, in the given order for each key. Throws TooLarge when one is
   * larger than its topic allows, or all for a partition together are; else whatever keeps Kafka from answering.
   */
  async publish(messages: readonly (Message | BusMessage)[]): Promise<void> {
    this.producer ??= this.connect();
    const { producer } = this;
    try {
      await this.send(await producer, messages);
    } catch (error) {
      // Nobody knows what arrived. The next messages must not carry the numbers of these, or the broker takes them for these.
      this.producer = undefined;
      producer.then(disconnect, () => {});
      const { type, message } = error as { type?: string; message: string };
      throw type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE' ? new TooLarge(message) : error;
    }
  }

  /** Waits a moment, at most, for a broker that does not answer. */
  async close(): Promise<void> {
    await Promise.race([this.producer?.then(disconnect, () => {}), pause(1000, undefined, { ref: false })]);
  }

  private async send(producer: Producer, messages: readonly (Message | BusMessage)[]) {
    this.targets.clear();
    const acks = await producer.sendBatch({
      topicMessages: this.topics.map((name) => ({
        topic: this.prefix + name,
        messages: messages.filter(({ topic }) => topic === name),
      })),
      timeout: 8000,
    });
    // The package forgets a partition whose leader changes to a broker that answered already.
    for (const { topicName, partition } of acks) this.targets.delete(`${topicName}/${partition}`);
    if (this.targets.size > 0) throw new Error(`Kafka did not confirm ${[...this.targets].join(', ')}`);
  }

  private async connect(): Promise<Producer> {
    await this.createTopics();
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => {
        const partitionOf = Partitioners.DefaultPartitioner();
        return (target) => {
          const partition = partitionOf(target);
          this.targets.add(`${target.topic}/${partition}`);
          return partition;
        };
      },
    });
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      disconnect(producer);
      throw error;
    }
  }

  private async createTopics() {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      const existing = await admin.listTopics();
      const missing = this.topics.map((name) => this.prefix + name).filter((topic) => !existing.includes(topic));
      if (missing.length === 0) return;
      const { brokers } = await admin.describeCluster();
      const replicationFactor = Math.min(3, brokers.length);
      // With three replicas two must have a message, so that the loss of one broker loses none.
      const configEntries = [{ name: 'min.insync.replicas', value: replicationFactor === 3 ? '2' : '1' }];
      await admin.createTopics({
        topics: missing.map((topic) => ({ topic, numPartitions: partitions, replicationFactor, configEntries })),
      });
    } finally {
      await admin.disconnect();
    }
  }
}

const disconnect = (producer: Producer) =>
  producer.disconnect().catch((error) => log.debug(`Disconnecting failed: ${error.message}`));
