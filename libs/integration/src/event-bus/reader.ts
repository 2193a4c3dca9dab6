import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { EachMessagePayload, IHeaders, Kafka, Producer } from 'kafkajs';
import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import { instantOf } from '#domain';
import { isCausedByEvent } from '#event-store';
import { keepUpdate, UpdateRefused } from '#roster';
import { connectProducer, disconnect, type KafkaAccess, kafkaClient, withAdmin } from '../kafka.js';
import { createTopics, deadLetterTopic } from '../topic-settings.js';
import { type BusUpdate, updateReaders } from './bus-updates.js';
import { SchemaRegistry, UnknownSchema } from './registry.js';
import { unpack } from './wire-format.js';

const log = new Logger('event-bus');
const topicPollMs = 10_000;

/** A message that cannot be read. A retry does not help. The error text contains no personal data. */
class Unreadable extends Error {}

class NoUser extends Error {}

type Received = { fact: BusUpdate; at: string };

/** Reads enrolments, course roles, retirements and courses from the Open edX event bus. */
export class EventBusReader {
  private readonly kafka?: Kafka;
  private readonly registry?: SchemaRegistry;
  private readonly topics: string[];
  private producer?: Producer;

  /** `retire` retires a learner. Without Kafka or a schema registry the reader does nothing. */
  constructor(
    private readonly database: Database,
    private readonly configuration: KafkaAccess &
      Pick<Configuration, 'kafkaTopicPrefix' | 'schemaRegistryUrl' | 'eventBusTopics' | 'eventBusRetirements'>,
    private readonly retire: (userId: number, at: string) => Promise<void>,
  ) {
    const { kafkaBrokers, kafkaTopicPrefix, schemaRegistryUrl, eventBusTopics } = configuration;
    this.topics = eventBusTopics.map((topic) => kafkaTopicPrefix + topic);
    if (kafkaBrokers.length === 0 || !schemaRegistryUrl) return;
    this.kafka = kafkaClient(configuration);
    this.registry = new SchemaRegistry(schemaRegistryUrl);
  }

  /** Runs until `signal` aborts. Never rejects: it retries every failure. */
  async run(signal: AbortSignal): Promise<void> {
    if (!this.kafka) return;
    let failure = '';
    while (!signal.aborted) {
      try {
        await this.readExistingTopics(this.kafka, signal);
        failure = '';
      } catch (error) {
        const { message } = error as Error;
        if (message !== failure) log.warn(`Reading the event bus failed and is retried: ${message}`);
        failure = message;
      }
      await pause(1000, undefined, { signal }).catch(() => {});
    }
    if (this.producer) await disconnect(this.producer);
  }

  /** Reads the existing topics, until another wanted topic exists. */
  private async readExistingTopics(kafka: Kafka, signal: AbortSignal) {
    const topics = await this.existing(kafka);
    if (topics.length === 0) return void (await pause(topicPollMs, undefined, { signal }).catch(() => {}));
    const consumer = kafka.consumer({
      groupId: `${this.configuration.kafkaTopicPrefix}exam-proctoring`,
      allowAutoTopicCreation: false,
      retry: { retries: 3, restartOnFailure: async () => false },
    });
    const ended = new AbortController();
    const crash = new Promise<never>((_, reject) => {
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
    });
    crash.catch(() => {});
    try {
      await consumer.connect();
      await consumer.subscribe({ topics, fromBeginning: true });
      await consumer.run({ eachMessage: (payload) => this.take(payload, signal) });
      const more = async () => {
        do await pause(topicPollMs, undefined, { signal: ended.signal });
        while ((await this.existing(kafka)).length === topics.length);
      };
      const aborted = signal.aborted ? undefined : once(signal, 'abort', { signal: ended.signal });
      await Promise.race([crash, aborted, more()]);
    } finally {
      ended.abort();
      await consumer.disconnect();
    }
  }

  private async existing(kafka: Kafka): Promise<string[]> {
    const existing = await withAdmin(kafka, (admin) => admin.listTopics());
    return this.topics.filter((topic) => existing.includes(topic));
  }

  /** Applies a message, or dead-letters it. Retries while the database, the registry or the broker is away. */
  private async take({ topic, partition, message, heartbeat }: EachMessagePayload, signal: AbortSignal) {
    const position = `${topic}/${partition}/${message.offset}`;
    for (let failures = 0; ; ) {
      try {
        return await this.apply(message, position).catch((error) => this.deadLetter(position, message, error));
      } catch (error) {
        if (signal.aborted) throw error;
        if (failures++ === 0) log.warn(`Reading waits at ${position}: ${(error as Error).message}`);
        await pause(Math.min(100 * 2 ** failures, 3000), undefined, { signal }).catch(() => {});
        await heartbeat();
      }
    }
  }

  private async apply(message: EachMessagePayload['message'], position: string) {
    const received = await this.read(message);
    if (!received) return;
    if (received.fact.of !== 'retirement') await keepUpdate(this.database, received.fact, received.at);
    else if (this.configuration.eventBusRetirements === 'on')
      await this.retire(received.fact.userId, new Date(received.at).toISOString());
    else log.warn(`The retirement at ${position} is ignored: EVENT_BUS_RETIREMENTS is off.`);
  }

  /** Undefined when the message does not concern us. */
  private async read({ headers = {}, value }: EachMessagePayload['message']): Promise<Received | undefined> {
    const reading = updateReaders[textOf(headers, 'ce_type')];
    if (!reading) return undefined;
    const at = instantOf(textOf(headers, 'ce_time'));
    if (!at) throw new Unreadable('ce_time is no ISO 8601 time with an offset');
    const parts = unpack(value);
    if (!parts) throw new Unreadable('it is not in the wire format of a schema registry');
    const written = await this.registry!.typeOf(parts.schemaId);
    try {
      const resolver = reading.type.createResolver(written, { ignoreNamespaces: true });
      const fact = reading.updateOf(reading.type.fromBuffer(parts.avro, resolver));
      if (fact?.of === 'retirement' && !(fact.userId > 0)) throw new NoUser();
      return fact && { fact, at };
    } catch (error) {
      // The library's error text may contain a value.
      if (error instanceof NoUser) throw new Unreadable('no user has that id');
      throw new Unreadable(`it does not fit schema ${parts.schemaId}, or the schema lacks a field`);
    }
  }

  /**
   * Publishes the message's position and the reason to the topic of dead letters. Rethrows other errors. Leaves the message
   * itself out: it has names, which could not be erased from that topic.
   */
  private async deadLetter(position: string, { headers = {} }: EachMessagePayload['message'], error: Error) {
    const isRefused = [Unreadable, UnknownSchema, UpdateRefused].some((kind) => error instanceof kind);
    if (!isRefused && !isCausedByEvent(error)) throw error;
    this.producer ??= await this.deadLetterProducer();
    const reason = isRefused ? error.message : 'its values cannot be kept';
    const type = headers.ce_type === undefined ? {} : { ce_type: knownType(headers.ce_type) };
    const reasons = { ...type, dead_letter_reason: reason, dead_letter_place: position };
    const topic = this.configuration.kafkaTopicPrefix + deadLetterTopic;
    await this.producer.send({ topic, messages: [{ key: null, value: null, headers: reasons }] });
    log.error(`${position} was dead-lettered: ${reason}`);
  }

  private async deadLetterProducer(): Promise<Producer> {
    await createTopics(this.kafka!, this.configuration.kafkaTopicPrefix, [deadLetterTopic]);
    return connectProducer(this.kafka!, { onTarget() {} });
  }
}

const knownType = (type: IHeaders[string]) => (String(type) in updateReaders ? String(type) : 'unknown');

const textOf = (headers: IHeaders, name: string): string => {
  const value = headers[name];
  if (value === undefined || Array.isArray(value)) throw new Unreadable(`it needs exactly one header ${name}`);
  return String(value);
};
