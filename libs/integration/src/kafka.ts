import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { type ICustomPartitioner, Kafka, type KafkaMessage, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { Configuration } from '#configuration';
import './kafkajs-internals.js';

const log = new Logger('kafka');
const readTimeoutMs = 30_000;
const maxKeys = 10_000;
const graceMs = 3000;

/** Kafka's address and credentials. */
export type KafkaAccess = Pick<
  Configuration,
  'kafkaBrokers' | 'kafkaTls' | 'kafkaTlsCa' | 'kafkaSaslMechanism' | 'kafkaUsername' | 'kafkaPassword'
>;

/** A Kafka client. It logs at debug level only, since errors reach the caller. */
export function kafkaClient(access: KafkaAccess): Kafka {
  const { kafkaBrokers: brokers, kafkaTls, kafkaTlsCa, kafkaSaslMechanism: mechanism } = access;
  const [username, password] = [access.kafkaUsername!, access.kafkaPassword!];
  return new Kafka({
    clientId: 'exam-proctoring',
    brokers,
    ssl: kafkaTls === 'on' && (kafkaTlsCa ? { ca: readFileSync(kafkaTlsCa, 'utf8') } : true),
    ...(mechanism && { sasl: { mechanism: mechanism as 'plain', username, password } }),
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 3 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, log: { message } }) =>
        log.debug(`${namespace}: ${message}`),
  });
}

/**
 * Connects an idempotent producer: it keeps the order of messages, and its retries cause no duplicates. With a
 * `transactionalId` it fences off earlier producers with the same id and aborts their open transactions. `onTarget` gets
 * each message's partition.
 */
export async function connectProducer(
  kafka: Kafka,
  { transactionalId, onTarget }: { transactionalId?: string; onTarget(message: object, partition: number): void },
): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    // Kafka refuses the id while it aborts the earlier producer's transaction, usually for a few milliseconds.
    ...(transactionalId && { transactionalId, retry: { initialRetryTime: 4, maxRetryTime: 1000, retries: 20 } }),
    createPartitioner: () => {
      const partitionOf = cachedPartition(Partitioners.DefaultPartitioner());
      return (target) => {
        const partition = partitionOf(target);
        onTarget(target.message, partition);
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

/** kafkajs hashes keys with BigInt, which is 10 % of the cost of a send. So the partition of each key is cached. */
function cachedPartition(partitionOf: ReturnType<ICustomPartitioner>): ReturnType<ICustomPartitioner> {
  const cache = new Map<string, number>();
  return (target) => {
    const { key } = target.message;
    if (typeof key !== 'string') return partitionOf(target);
    const name = `${target.partitionMetadata.length} ${key}`;
    let partition = cache.get(name);
    if (partition === undefined) {
      partition = partitionOf(target);
      if (cache.size >= maxKeys) cache.clear();
      cache.set(name, partition);
    }
    return partition;
  };
}

/** Disconnects. Never rejects. */
export const disconnect = (client: { disconnect(): Promise<void> }): Promise<void> =>
  client.disconnect().catch((error) => log.debug(`Disconnecting failed: ${error.message}`));

/** Connects an admin client for the duration of `work`. */
export async function withAdmin<T>(kafka: Kafka, work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await disconnect(admin);
  }
}

/** The last offset of each partition that is not empty. Markers of a transaction's end count as records. */
export async function lastOffsets(kafka: Kafka, topic: string): Promise<Map<number, bigint>> {
  const partitions = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic));
  const filled = partitions.filter(({ low, high }) => low !== high);
  return new Map(filled.map(({ partition, high }) => [partition, BigInt(high) - 1n]));
}

/**
 * Reads the committed messages of the topic up to these offsets, each partition in order. After a failure it may read them
 * again from the beginning. Commits no offsets. Throws when nothing arrives for 30 s.
 */
export async function readUntil(
  kafka: Kafka,
  topic: string,
  offsets: ReadonlyMap<number, bigint>,
  take: (message: KafkaMessage) => void,
): Promise<void> {
  const left = new Map(offsets);
  if (left.size === 0) return;
  const consumer = kafka.consumer({
    groupId: `${topic}-${randomUUID()}`, // a fresh group id: Kafka would wait for the old member's session to expire
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
  });
  let timeout: NodeJS.Timeout | undefined;
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      timeout = setTimeout(() => reject(new Error(`Kafka sent nothing from ${topic} for 30 s.`)), readTimeoutMs);
      // Usually the broker has just started and is loading its groups. kafkajs then restarts the consumer.
      consumer.on('consumer.crash', ({ payload }) => payload.restart || reject(payload.error));
      // Also sent for batches without messages: transaction markers and aborted transactions.
      consumer.on('consumer.end_batch_process', ({ payload: { partition, lastOffset } }) => {
        timeout?.refresh();
        if (BigInt(lastOffset) >= (left.get(partition) ?? Number.POSITIVE_INFINITY)) left.delete(partition);
        if (left.size === 0) resolve();
      });
      consumer.run({ autoCommit: false, eachMessage: async ({ message }) => take(message) }).catch(reject);
    });
  } finally {
    clearTimeout(timeout);
    await disconnect(consumer);
  }
}

/** Rejects a few seconds after `signal` aborts, so that a silent broker does not delay the shutdown. */
export async function withGrace<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  return Promise.race([work, graceAfter(signal, done.signal)]).finally(() => done.abort());
}

async function graceAfter(signal: AbortSignal, done: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort', { signal: done });
  await pause(graceMs, undefined, { signal: done });
  throw new Error('Kafka did not answer in time.');
}
