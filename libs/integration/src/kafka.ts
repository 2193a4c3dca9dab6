import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { type ICustomPartitioner, Kafka, type KafkaMessage, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { Configuration } from '#configuration';
import './kafkajs-internals.js';

const log = new Logger('kafka');
const silenceMs = 30_000;
const mostKeys = 10_000;

/** The address of Kafka, and the login. */
export type KafkaAccess = Pick<
  Configuration,
  'kafkaBrokers' | 'kafkaTls' | 'kafkaTlsCa' | 'kafkaSaslMechanism' | 'kafkaUsername' | 'kafkaPassword'
>;

/** Kafka's client. Important failures reach the caller as errors. */
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
 * A producer whose sends are in order and never doubled by its own retries, connected. One with a `transactionalId` shuts
 * out all earlier ones with the same, and what these left unfinished never happened. `onTarget` hears where a message goes.
 */
export async function connectProducer(
  kafka: Kafka,
  { transactionalId, onTarget }: { transactionalId?: string; onTarget(message: object, partition: number): void },
): Promise<Producer> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    // Kafka refuses it while it still ends what an earlier one left open: for a few milliseconds, mostly.
    ...(transactionalId && { transactionalId, retry: { initialRetryTime: 4, maxRetryTime: 1000, retries: 20 } }),
    createPartitioner: () => {
      const partitionOf = remembering(Partitioners.DefaultPartitioner());
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

/** The package works in 64 bits that JavaScript has not: a key's hash takes it a tenth of the time of all that it does. */
function remembering(partitionOf: ReturnType<ICustomPartitioner>): ReturnType<ICustomPartitioner> {
  const known = new Map<string, number>();
  return (target) => {
    const { key } = target.message;
    if (typeof key !== 'string') return partitionOf(target);
    const name = `${target.partitionMetadata.length} ${key}`;
    let partition = known.get(name);
    if (partition === undefined) {
      partition = partitionOf(target);
      if (known.size >= mostKeys) known.clear();
      known.set(name, partition);
    }
    return partition;
  };
}

/** Without waiting, and without failing. */
export const disconnect = (client: { disconnect(): Promise<void> }): Promise<void> =>
  client.disconnect().catch((error) => log.debug(`Disconnecting failed: ${error.message}`));

/** Administers Kafka for the time of `work`. */
export async function withAdmin<T>(kafka: Kafka, work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await disconnect(admin);
  }
}

/** The last offset of each partition of the topic that is not empty; a record that marks a transaction's end counts. */
export async function lastOffsets(kafka: Kafka, topic: string): Promise<Map<number, bigint>> {
  const places = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic));
  const filled = places.filter(({ low, high }) => low !== high);
  return new Map(filled.map(({ partition, high }) => [partition, BigInt(high) - 1n]));
}

/**
 * Hands over what is committed in the topic, each partition in order, up to these offsets; after a failure perhaps from its
 * beginning once more. Leaves nothing behind. Throws when nothing comes for half a minute.
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
    groupId: `${topic}-${randomUUID()}`, // of a former one Kafka would wait for the end
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
  });
  let silence: NodeJS.Timeout | undefined;
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      silence = setTimeout(() => reject(new Error(`${topic} cannot be read to its end.`)), silenceMs);
      // Mostly a broker that just started, and loads its groups first: the package begins anew, from the beginning.
      consumer.on('consumer.crash', ({ payload }) => payload.restart || reject(payload.error));
      // It comes for batches without a message, too: those of marks and of transactions that never happened.
      consumer.on('consumer.end_batch_process', ({ payload: { partition, lastOffset } }) => {
        silence?.refresh();
        if (BigInt(lastOffset) >= (left.get(partition) ?? Number.POSITIVE_INFINITY)) left.delete(partition);
        if (left.size === 0) resolve();
      });
      consumer.run({ autoCommit: false, eachMessage: async ({ message }) => take(message) }).catch(reject);
    });
  } finally {
    clearTimeout(silence);
    await disconnect(consumer);
  }
}
