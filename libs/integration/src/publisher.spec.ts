import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { loadConfiguration } from '#configuration';
import { connectProducer, kafkaClient, lastOffsets, readUntil, withAdmin } from './kafka.js';
import type { Message } from './messages.js';
import { Publisher } from './publisher.js';
import { createTopics } from './topic-settings.js';

const topic = 'proctoring.attempts.v1';
const prefix = `test-${randomUUID().slice(0, 8)}-`;
const configuration = loadConfiguration({ ...process.env, KAFKA_TOPIC_PREFIX: prefix });
if (configuration.kafkaBrokers.length === 0)
  throw new Error('KAFKA_BROKERS is not set: npm test starts a broker, and so does npm run kafka');
const kafka = kafkaClient(configuration);
Logger.overrideLogger(false);

afterAll(() =>
  withAdmin(kafka, async (admin) => {
    const made = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
    await admin.deleteTopics({ topics: made });
  }),
);

const message = (value: string): Message => ({ topic, key: 'course/2', headers: { ce_id: randomUUID() }, value });
const place = (position: string) => ({ generation: 1, xid: '1', position, eventId: randomUUID() });
const seen = async () => {
  const values: string[] = [];
  const offsets = await lastOffsets(kafka, prefix + topic);
  await readUntil(kafka, prefix + topic, offsets, ({ value }) => values.push(String(value)));
  return values;
};

// Kafka would end by itself, a minute later, what nobody ends.
it('what a publisher that died left unfinished is never seen and holds up nobody', async () => {
  for (const published of [[], ['created'], ['created', 'started']]) {
    const name = `follower-${published.length}`;
    const before = await seen().catch(() => []);
    const dying = new Publisher(configuration, [topic], name);
    for (const [index, value] of published.entries())
      await dying.publish([message(value)], place(String(index)), async () => {});
    await new Promise<void>((died) => {
      dying.publish([message('lost')], place('9'), () => new Promise(() => died())).catch(() => {});
    });
    await dying.close();

    const next = new Publisher(configuration, [topic], name);
    expect((await next.committed())?.position).toBe(published.length === 0 ? undefined : String(published.length - 1));
    await next.publish([message('next')], place('10'), async () => {});
    expect(await seen()).toEqual([...before, ...published, 'next']);
    await next.close();
  }
}, 40_000);

it('where the receipts of a batch cannot be kept it is not seen', async () => {
  const before = await seen();
  const publisher = new Publisher(configuration, [topic], 'failing');
  const publishing = publisher.publish([message('first')], place('1'), async () => {
    throw new Error('The database is away.');
  });
  await expect(publishing).rejects.toThrow('The database is away.');
  expect(await publisher.committed()).toBeUndefined();
  await publisher.publish([message('again')], place('2'), async () => {});
  expect(await seen()).toEqual([...before, 'again']);
  await publisher.close();
});

it('batches come through in a row, though Kafka still writes down the end of the one before', async () => {
  const before = await seen();
  const publisher = new Publisher(configuration, [topic], 'busy');
  const batches = Array.from({ length: 50 }, (_, batch) =>
    Array.from({ length: 30 }, (_, index) => ({ ...message(`${batch}/${index}`), key: `course/${index}` })),
  );
  for (const [batch, messages] of batches.entries())
    await publisher.publish(messages, place(String(batch)), async () => {});
  expect((await seen()).sort()).toEqual([...before, ...batches.flat().map(({ value }) => value)].sort());
  await publisher.close();
});

it('who coordinates is not asked for every transaction', async () => {
  await createTopics(kafka, prefix, [topic]);
  const producer = await connectProducer(kafka, { transactionalId: `${prefix}transactions`, onTarget() {} });
  const requests: string[] = [];
  producer.on('producer.network.request', ({ payload }) => requests.push(payload.apiName));
  for (let transactions = 0; transactions < 20; transactions++) {
    const transaction = await producer.transaction();
    await transaction.send({ topic: prefix + topic, messages: [{ value: 'x' }] });
    await transaction.commit();
  }
  await producer.disconnect();
  const asked = (name: string) => requests.filter((each) => each === name).length;
  expect(asked('EndTxn')).toBe(20);
  expect(asked('GroupCoordinator')).toBeLessThan(20);
});
