import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { EachMessagePayload, IHeaders, Kafka, Producer } from 'kafkajs';
import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import { instantOf } from '#domain';
import { isCausedByEvent } from '#event-store';
import { FactRefused, keepFact } from '#roster';
import { connectProducer, disconnect, type KafkaAccess, kafkaClient, withAdmin } from '../kafka.js';
import { createTopics, deadLetterTopic } from '../topic-settings.js';
import { type BusUpdate, updateReaders } from './bus-updates.js';
import { SchemaRegistry, UnknownSchema } from './registry.js';
import { unpack } from './wire-format.js';

const log = new Logger('event-bus');
const lookAgainMs = 10_000;

/** A message that will never be understood, however often it is read. The text names nobody. */
class Unreadable extends Error {}

class NoUser extends Error {}

type Told = { fact: BusUpdate; at: string };

/** Reads from the Open edX event bus who is enrolled, who is staff, who is retired, and which courses there are. */
export class EventBusReader {
  private readonly kafka?: Kafka;
  private readonly registry?: SchemaRegistry;
  private readonly topics: string[];
  private producer?: Producer;

  /** `retire` forgets a learner. Without Kafka or a schema registry there is nothing to read. */
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

  /** Until `signal`. Never rejects; whatever fails is tried again for ever. */
  async run(signal: AbortSignal): Promise<void> {
    if (!this.kafka) return;
    let failure = '';
    while (!signal.aborted) {
      try {
        await this.readUntilMoreTopics(this.kafka, signal);
        failure = '';
      } catch (error) {
        const { message } = error as Error;
        if (message !== failure) log.warn(`The event bus is not read: ${message}`);
        failure = message;
      }
      await pause(1000, undefined, { signal }).catch(() => {});
    }
    if (this.producer) await disconnect(this.producer);
  }

  /** Reads the topics there are, until there are more of those that are wanted. */
  private async readUntilMoreTopics(kafka: Kafka, signal: AbortSignal) {
    const topics = await this.existing(kafka);
    if (topics.length === 0) return void (await pause(lookAgainMs, undefined, { signal }).catch(() => {}));
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
        do await pause(lookAgainMs, undefined, { signal: ended.signal });
        while ((await this.existing(kafka)).length === topics.length);
      };
      const told = signal.aborted ? undefined : once(signal, 'abort', { signal: ended.signal });
      await Promise.race([crash, told, more()]);
    } finally {
      ended.abort();
      await consumer.disconnect();
    }
  }

  private async existing(kafka: Kafka): Promise<string[]> {
    const there = await withAdmin(kafka, (admin) => admin.listTopics());
    return this.topics.filter((topic) => there.includes(topic));
  }

  /** Does what a message says, or puts it aside; waits as long as database, registry or broker are away. */
  private async take({ topic, partition, message, heartbeat }: EachMessagePayload, signal: AbortSignal) {
    const place = `${topic}/${partition}/${message.offset}`;
    for (let failures = 0; ; ) {
      try {
        return await this.keep(message, place).catch((error) => this.putAside(place, message, error));
      } catch (error) {
        if (signal.aborted) throw error;
        if (failures++ === 0) log.warn(`Reading stops at ${place}: ${(error as Error).message}`);
        await pause(Math.min(100 * 2 ** failures, 3000), undefined, { signal }).catch(() => {});
        await heartbeat();
      }
    }
  }

  private async keep(message: EachMessagePayload['message'], place: string) {
    const told = await this.read(message);
    if (!told) return;
    if (told.fact.of !== 'retirement') await keepFact(this.database, told.fact, told.at);
    else if (this.configuration.eventBusRetirements === 'on')
      await this.retire(told.fact.userId, new Date(told.at).toISOString());
    else log.warn(`The retirement at ${place} is ignored: EVENT_BUS_RETIREMENTS is off.`);
  }

  /** Undefined when the message does not concern us. */
  private async read({ headers = {}, value }: EachMessagePayload['message']): Promise<Told | undefined> {
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
      // Not the reader's words: they may repeat a value.
      if (error instanceof NoUser) throw new Unreadable('no user has that id');
      throw new Unreadable(`it does not fit schema ${parts.schemaId}, or the schema lacks a field`);
    }
  }

  /**
   * Says in the topic of dead letters where the message is and what is wrong with it; other errors are thrown on. The
   * message itself has names, and nobody could take them out of that topic.
   */
  private async putAside(place: string, { headers = {} }: EachMessagePayload['message'], error: Error) {
    const isRefused = [Unreadable, UnknownSchema, FactRefused].some((kind) => error instanceof kind);
    if (!isRefused && !isCausedByEvent(error)) throw error;
    this.producer ??= await this.deadLetters();
    const reason = isRefused ? error.message : 'its values cannot be kept';
    const type = headers.ce_type === undefined ? {} : { ce_type: knownType(headers.ce_type) };
    const reasons = { ...type, dead_letter_reason: reason, dead_letter_place: place };
    const topic = this.configuration.kafkaTopicPrefix + deadLetterTopic;
    await this.producer.send({ topic, messages: [{ key: null, value: null, headers: reasons }] });
    log.error(`${place} was put aside: ${reason}`);
  }

  private async deadLetters(): Promise<Producer> {
    await createTopics(this.kafka!, this.configuration.kafkaTopicPrefix, [deadLetterTopic]);
    return connectProducer(this.kafka!, { onTarget() {} });
  }
}

const knownType = (type: IHeaders[string]) => (String(type) in updateReaders ? String(type) : 'unknown');

const textOf = (headers: IHeaders, name: string): string => {
  const value = headers[name];
  if (value === undefined || Array.isArray(value)) throw new Unreadable(`it has not one header ${name}`);
  return String(value);
};
