import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Consumer, Kafka, logLevel, type Producer, type ProducerRecord } from 'kafkajs-as-published';
import { type Configuration, loadConfiguration, poolOptions } from '#configuration';
import { AppendNotifier, EventStore, lagOf, replay, start } from '#event-store';
import { type Message, messagesOf, Relay, relayName, topics } from '#integration';
import { projectInline } from '#read-models';
import { Database } from '../../libs/connections/src/index.js';
import { changesIn } from '../../libs/integration/src/messages.examples.js';
import { Child } from '../conformance/child.js';
import { secretsOfSplitRoles } from '../support/split-roles.js';
import type { Bench } from './bench.js';
import { type Filled, openFilled } from './filled.js';
import type { Section } from './report.js';
import { inTurn, median, quantile, ratios } from './rounds.js';

const { startBroker } = await import(join(process.cwd(), 'scripts/kafka-broker.mjs'));

const perSecond = 500;
const batch = 500;
const stoppedMs = 10_000;
const attemptsTopic = 'proctoring.attempts.v1';
const thousands = (count: number) => count.toLocaleString('en-US');

/** Measures latency, throughput and memory from the log to a consumer of Kafka. */
export async function publishing({ effort, dir, say }: Bench): Promise<Section> {
  const { rounds, seconds, replayed, published } = effort;
  const broker = await startBroker({ dir: join(dir, 'kafka'), log() {} });
  try {
    const soon = await latencies(broker.brokers, dir, rounds, 3 * seconds, say);
    const fast = await throughputs(broker.brokers, rounds, replayed / 10, say);
    const size = await memory(broker, dir, published, say);
    const p50s = (each: readonly Quantiles[]) => each.map(({ p50 }) => p50);
    const p99s = (each: readonly Quantiles[]) => each.map(({ p99 }) => p99);
    const shares = (values: readonly number[], most: number) => values.map((value) => value / most);
    return {
      title: 'g. From the log to Kafka',
      setting: `One broker on the same machine, without Java's second compiler, as in tests. Latency: ${perSecond} events a second for ${3 * seconds} s and round, each appended with its projection, from the call of append until a consumer that reads what is committed has its first message; the relay runs in a separate worker process with all its other tasks. Bare kafkajs sends messages of the same size at the same rate with an idempotent producer, all due messages in one send, and once more with each send in a transaction; it is the published package, without the parts that the service replaces. Throughput: ${thousands(replayed / 10)} events in the log, by a relay in this process, against bare kafkajs with the finished messages of ${batch} events in each send. Memory: a worker publishes ${thousands(published)} events; in the middle the broker is stopped for ${stoppedMs / 1000} s.`,
      tables: [
        {
          unit: 'latency, ms',
          lines: [
            { who: 'append to consumer, p50', values: p50s(soon.service) },
            { who: 'append to consumer, p99', values: p99s(soon.service) },
            { who: 'bare kafkajs, p50', values: p50s(soon.bare) },
            { who: 'bare kafkajs, p99', values: p99s(soon.bare) },
            { who: 'bare kafkajs in transactions, p50', values: p50s(soon.transactional) },
            { who: 'bare kafkajs in transactions, p99', values: p99s(soon.transactional) },
          ],
        },
        {
          unit: 'append to consumer, of bare kafkajs',
          lines: [
            { who: 'p50', values: ratios(p50s(soon.service), p50s(soon.bare)) },
            { who: 'p50, in transactions', values: ratios(p50s(soon.service), p50s(soon.transactional)) },
          ],
        },
        {
          unit: 'messages/s',
          lines: [
            { who: 'relay', values: fast.relay },
            { who: 'bare kafkajs, idempotent', values: fast.bare },
            { who: 'bare kafkajs, in transactions', values: fast.transactional },
          ],
        },
        {
          unit: 'memory of the worker, MB',
          lines: [
            { who: 'second tenth of the events', values: size.early },
            { who: 'broker stopped', values: size.stopped },
            { who: 'last tenth of the events', values: size.late },
          ],
        },
      ],
      bars: [
        {
          what: 'append to consumer, p50, of 15 ms',
          ratios: shares(p50s(soon.service), 15),
          atMost: 1,
        },
        {
          what: 'append to consumer, p99, of 100 ms',
          ratios: shares(p99s(soon.service), 100),
          atMost: 1,
        },
        { what: 'relay, of bare kafkajs', ratios: ratios(fast.relay, fast.bare), atLeast: 0.7 },
        {
          what: 'memory with the broker stopped, of before',
          ratios: [median(size.stopped) / median(size.early)],
          atMost: 1.2,
        },
        { what: 'memory in the end, of the beginning', ratios: [median(size.late) / median(size.early)], atMost: 1.2 },
      ],
    };
  } finally {
    await broker.stop();
  }
}

const clientOf = (brokers: string) => new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });

const configurationOf = (database: string, brokers: string, prefix: string): Configuration =>
  loadConfiguration({ DATABASE_URL: database, KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix });

function startWorkerOf(name: string, dir: string, { databaseUrl, kafkaBrokers, kafkaTopicPrefix }: Configuration) {
  const child = new Child(name, dir, [process.execPath, 'dist/apps/main.js'], {
    ROLE: 'worker',
    DATABASE_URL: databaseUrl!,
    KAFKA_BROKERS: kafkaBrokers.join(),
    KAFKA_TOPIC_PREFIX: kafkaTopicPrefix,
    DATA_DIR: join(dir, name),
    ...secretsOfSplitRoles(dir),
    LOG_LEVEL: 'warn',
  });
  return { stop: () => child.stop(), pid: Number(readFileSync(join(dir, `${name}.pid`), 'utf8')) };
}

async function waitUntilPublished(pool: Database) {
  while ((await lagOf(pool, relayName)).events > 0) await pause(20);
}

type Quantiles = { p50: number; p99: number };

const quantiles = (times: number[]): Quantiles => ({ p50: quantile(times, 0.5), p99: quantile(times, 0.99) });

async function latencies(brokers: string, dir: string, rounds: number, seconds: number, say: Bench['say']) {
  say(`Latency at ${perSecond} events/s …`);
  const filled = await openFilled(10_000, say);
  const { database } = filled;
  const configuration = configurationOf(database.url, brokers, 'latency-');
  const pool = new Database(poolOptions(database.url, { max: 10 }));
  const store = new EventStore(pool, projectInline, { onAppend: new AppendNotifier(pool).notify });
  const worker = startWorkerOf('latency', dir, configuration);
  await waitUntilPublished(pool);
  const sent = new Map<string, number>();
  const took: number[] = [];
  const bareTopic = 'bare';
  const admin = clientOf(brokers).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: bareTopic, numPartitions: 6 }] });
  await admin.disconnect();
  const consumer = await startConsumer(brokers, [`latency-${attemptsTopic}`, bareTopic], (key) => {
    const since = sent.get(key);
    if (since === undefined) return;
    took.push(performance.now() - since);
    sent.delete(key);
  });
  const producers = [await bareProducer(brokers), await bareProducer(brokers, 'latency')] as const;
  const value = messageOfSize(JSON.stringify({ attempt_id: 1 }).length + 250);

  let next = 1_000_000;
  const measured = (send: (ids: number[]) => Promise<unknown>) => async () => {
    took.length = 0;
    const sending: Promise<unknown>[] = [];
    const begin = performance.now();
    for (let done = 0; done < seconds * perSecond; ) {
      const due = Math.min(seconds * perSecond, Math.floor(((performance.now() - begin) / 1000) * perSecond)) - done;
      if (due > 0) sending.push(send(Array.from({ length: due }, () => next++)));
      done += due;
      await pause(1);
    }
    await Promise.all(sending);
    while (sent.size > 0) await pause(5);
    return quantiles(took);
  };
  const sample = await inTurn(rounds, {
    service: measured((ids) =>
      Promise.all(
        ids.map((id) => {
          sent.set(String(id), performance.now());
          return store.append([attemptOf(id)]);
        }),
      ),
    ),
    bare: measured(inOneSend((batch) => producers[0].send(batch), bareTopic, value, sent)),
    transactional: measured(
      inOneSend(
        async (batch) => {
          const transaction = await producers[1].transaction();
          await transaction.send(batch);
          await transaction.commit();
        },
        bareTopic,
        value,
        sent,
      ),
    ),
  });
  await Promise.all([consumer, ...producers].map((client) => client.disconnect()));
  await worker.stop();
  await pool.end();
  await filled.close();
  return sample;
}

/** Sends all due messages together. Messages that become due during a send go into the next one. */
function inOneSend(
  send: (batch: ProducerRecord) => Promise<unknown>,
  topic: string,
  value: string,
  sent: Map<string, number>,
) {
  let waiting: number[] = [];
  let running = Promise.resolve();
  return (ids: number[]) => {
    for (const id of ids) sent.set(String(id), performance.now());
    waiting.push(...ids);
    running = running.then(async () => {
      const messages = waiting.map((id) => ({ key: `course/${id}`, value, headers: { ce_subject: `attempts/${id}` } }));
      waiting = [];
      if (messages.length > 0) await send({ topic, messages });
    });
    return running;
  };
}

const messageOfSize = (length: number) => JSON.stringify('x'.repeat(length));

function attemptOf(attemptId: number) {
  const [examId, userId] = [1, attemptId];
  const at = new Date().toISOString();
  return {
    stream: `attempts-${examId}-${userId}`,
    after: start,
    history: [],
    events: [
      {
        type: 'AttemptCreated' as const,
        data: {
          attemptId,
          examId,
          userId,
          attemptCode: `CODE-${attemptId}`,
          status: 'created' as const,
          externalId: `test-attempt-${attemptId}`,
          takingAsProctored: true,
          isSampleAttempt: false,
          reviewPolicyId: null,
          timeRemainingSeconds: null,
          effects: [],
          at,
        },
      },
    ],
    metadata: {
      commandId: 'bench',
      actor: { kind: 'user' as const, userId },
      courseId: 'course-v1:OrgX+Demo+2031',
      contentId: 'block-v1:OrgX+Demo+2031+type@sequential+block@exam-1',
      examId,
      userId,
    },
  };
}

/** Calls `received` with the attempt id in the subject of each committed message. */
async function startConsumer(brokers: string, names: string[], received: (id: string) => void): Promise<Consumer> {
  const consumer = clientOf(brokers).consumer({ groupId: `bench-${process.pid}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  // Without `fromBeginning` it would begin at its first fetch, which may come after the first message.
  await consumer.subscribe({ topics: names, fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
  await consumer.run({
    autoCommit: false, // a commit of offsets would delay the next messages of the partition
    eachMessage: async ({ message: { headers } }) => received(String(headers?.ce_subject).slice('attempts/'.length)),
  });
  await joined;
  return consumer;
}

async function bareProducer(brokers: string, transactionalId?: string): Promise<Producer> {
  const retry = { initialRetryTime: 4, retries: 20 };
  const producer = clientOf(brokers).producer({ idempotent: true, maxInFlightRequests: 1, transactionalId, retry });
  await producer.connect();
  return producer;
}

/** Messages a second: by the relay, and by bare kafkajs with the same messages, made before. */
async function throughputs(brokers: string, rounds: number, events: number, say: Bench['say']) {
  const filled = await openFilled(events, say);
  const { pool, owner, url } = filled.database;
  say('Throughput to Kafka …');
  const batches = await messagesIn(filled);
  const count = batches.flat().length;
  const [plain, transactional] = await Promise.all([bareProducer(brokers), bareProducer(brokers, 'bench')]);
  const admin = clientOf(brokers).admin();
  await admin.connect();
  await admin.createTopics({ topics: topics.map(({ name }) => ({ topic: `bare-${name}`, numPartitions: 6 })) });
  await admin.disconnect();
  const timed = (work: (round: number) => Promise<number>) => async (round: number) => {
    const begin = performance.now();
    const messages = await work(round);
    return messages / ((performance.now() - begin) / 1000);
  };
  const grouped = (messages: Message[]) =>
    topics.map(({ name }) => ({
      topic: `bare-${name}`,
      messages: messages.filter(({ topic }) => topic === name),
    }));
  const sample = await inTurn(rounds, {
    relay: async (round) => {
      await owner.query(`delete from checkpoints where name = 'kafka'`);
      await owner.query('truncate deliveries');
      const relay = new Relay(pool, configurationOf(url, brokers, `throughput-${round}-`));
      const ending = new AbortController();
      const running = relay.run(ending.signal);
      // The measurement begins after the first batch, so it leaves out the start of the relay.
      const done = async () => Number((await pool.query('select count(*) from deliveries')).rows[0].count);
      while (!((await lagOf(pool, relayName)).events < events)) await pause(5);
      const [before, begin] = [await done(), performance.now()];
      await waitUntilPublished(pool);
      const took = (performance.now() - begin) / 1000;
      ending.abort();
      await running;
      await relay.close();
      if ((await done()) !== count) throw new Error(`${await done()} of ${count} messages were published`);
      return (count - before) / took;
    },
    bare: timed(async () => {
      for (const messages of batches) await plain.sendBatch({ topicMessages: grouped(messages) });
      return count;
    }),
    transactional: timed(async () => {
      for (const messages of batches) {
        const transaction = await transactional.transaction();
        await transaction.sendBatch({ topicMessages: grouped(messages) });
        await transaction.commit();
      }
      return count;
    }),
  });
  await Promise.all([plain.disconnect(), transactional.disconnect()]);
  await filled.close();
  return sample;
}

async function messagesIn({ database: { pool } }: Filled): Promise<Message[][]> {
  const store = new EventStore(pool);
  const batches: Message[][] = [];
  for await (const events of replay(pool, { batch })) {
    const histories = await store.readMany([...new Set(events.map(({ stream }) => stream))]);
    const changes = new Map([...histories.values()].flatMap(changesIn).map((change) => [change.event.id, change]));
    batches.push(events.flatMap(({ id }) => (changes.has(id) ? messagesOf(changes.get(id)!) : [])));
  }
  return batches;
}

/** The megabytes of a worker while it publishes events, and while its broker does not answer. */
async function memory(broker: { brokers: string; pid: number }, dir: string, events: number, say: Bench['say']) {
  const filled = await openFilled(events, say);
  const { pool, url } = filled.database;
  say(`Memory over ${thousands(events)} events …`);
  const worker = startWorkerOf('memory', dir, configurationOf(url, broker.brokers, 'memory-'));
  const used = () => (Number(readFileSync(`/proc/${worker.pid}/statm`, 'utf8').split(' ')[1]) * 4096) / 2 ** 20;
  const early: number[] = [];
  const late: number[] = [];
  const stopped: number[] = [];
  for (let left = events; left > 0; left = (await lagOf(pool, relayName)).events) {
    const done = 1 - left / filled.events;
    if (done >= 0.1 && done < 0.2) early.push(used());
    if (done >= 0.9) late.push(used());
    if (done >= 0.5 && stopped.length === 0) {
      process.kill(broker.pid, 'SIGSTOP');
      for (const begin = Date.now(); Date.now() - begin < stoppedMs; await pause(200)) stopped.push(used());
      process.kill(broker.pid, 'SIGCONT');
    }
    await pause(200);
  }
  await worker.stop();
  await filled.close();
  return { early, late, stopped };
}
