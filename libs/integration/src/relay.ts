import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type pg from 'pg';
import type { Configuration } from '#configuration';
import { upcasters } from '#domain';
import { EventStore, Follower, type Stored, Undeliverable } from '#event-store';
import { type BusMessage, ExamAttempts, examAttemptTopic } from './event-bus/exam-attempts.js';
import { SchemaRegistry } from './event-bus/registry.js';
import { Publisher, TooLarge } from './kafka.js';
import { keyOf, type Message, messagesOf, topics } from './messages.js';
import { changesIn } from './topic.js';

/** The relay's name among the log's followers. */
export const relayName = 'kafka';

const log = new Logger(relayName);
const graceMs = 3000;

type Told = { event: Stored; messages: (Message | BusMessage)[] };

/** Publishes what the log says, in its order and at least once: the place in the log is kept after Kafka has confirmed. */
export class Relay {
  private readonly store: EventStore;
  private readonly publisher?: Publisher;
  private readonly examAttempts?: ExamAttempts;

  /** Without brokers it publishes nothing, and all waits in the log. With a schema registry it tells Open edX, too. */
  constructor(
    private readonly pool: pg.Pool,
    {
      kafkaBrokers,
      kafkaTopicPrefix,
      schemaRegistryUrl,
    }: Pick<Configuration, 'kafkaBrokers' | 'kafkaTopicPrefix' | 'schemaRegistryUrl'>,
  ) {
    this.store = new EventStore(pool, undefined, upcasters);
    const names = topics.map(({ name }) => name);
    if (schemaRegistryUrl) {
      names.push(examAttemptTopic);
      this.examAttempts = new ExamAttempts(pool, new SchemaRegistry(schemaRegistryUrl), kafkaTopicPrefix);
    }
    if (kafkaBrokers.length > 0) this.publisher = new Publisher(kafkaBrokers, kafkaTopicPrefix, names);
  }

  /** Until `signal`. Never rejects; whatever fails is tried again for ever. */
  async run(signal: AbortSignal): Promise<void> {
    if (!this.publisher) return;
    let isFailing = false;
    const follower = new Follower(this.pool, {
      name: relayName,
      upcasters,
      learnerOf: ({ metadata }) => keyOf(metadata),
      handle: async (events) => {
        const done = new AbortController();
        await Promise.race([this.handle(events), graceAfter(signal, done.signal)]).finally(() => done.abort());
        if (isFailing) log.log('Messages are published again.');
        isFailing = false;
      },
      onError(error) {
        const { message } = error as Error;
        if (error instanceof Undeliverable) return log.error(message);
        if (!isFailing) log.warn(`Messages wait in the log, for they cannot be published: ${message}`);
        isFailing = true;
      },
    });
    await follower.run(signal);
  }

  /** Publishes these events. Throws Undeliverable for one of which Kafka will never take a message. */
  async handle(events: readonly Stored[]): Promise<void> {
    await this.publish(await this.tell(events));
  }

  async close(): Promise<void> {
    await this.publisher?.close();
  }

  /** The events of which somebody is told something. */
  private async tell(events: readonly Stored[]): Promise<Told[]> {
    const histories = await this.store.readMany([...new Set(events.map(({ stream }) => stream))]);
    const changes = new Map([...histories.values()].flatMap(changesIn).map((change) => [change.event.id, change]));
    const told = events.flatMap((event) => {
      const change = changes.get(event.id);
      if (!change) return [];
      try {
        return { event, change, messages: messagesOf(change) };
      } catch (error) {
        throw new Undeliverable(event, (error as Error).message);
      }
    });
    const onBus = await this.examAttempts?.messagesOf(told.map(({ change }) => change));
    return told.map(({ event, messages }) => ({ event, messages: [...messages, ...(onBus?.get(event.id) ?? [])] }));
  }

  /** What is too large together goes in halves; what is too large by itself is undeliverable. */
  private async publish(told: readonly Told[]): Promise<void> {
    const messages = told.flatMap((each) => each.messages);
    if (messages.length === 0) return;
    try {
      await this.publisher!.publish(messages);
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      if (told.length === 1) throw new Undeliverable(told[0].event, error.message);
      const half = Math.ceil(told.length / 2);
      await this.publish(told.slice(0, half));
      await this.publish(told.slice(half));
    }
  }
}

/** Rejects some time after `signal`, or when `done`: a broker that does not answer holds up nobody's end. */
async function graceAfter(signal: AbortSignal, done: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort', { signal: done });
  await pause(graceMs, undefined, { signal: done });
  throw new Error('Kafka did not answer in time.');
}
