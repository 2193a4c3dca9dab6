import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { loadConfiguration } from '#configuration';
import { kafkaClient, lastOffsets, readUntil, withAdmin } from './kafka.js';
import type { Message } from './messages.js';
import { Publisher } from './publisher.js';

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
const at = (position: string) => ({ generation: 1, xid: '1', position, eventId: randomUUID() });
const seen = async () => {
  const values: string[] = [];
  const offsets = await lastOffsets(kafka, prefix + topic);
  await readUntil(kafka, prefix + topic, offsets, ({ value }) => values.push(String(value)));
  return values;
};

// Without the next publisher Kafka would abort the open transaction only a minute later.
it('the open transaction of a publisher that died is never seen and delays no consumer', async () => {
  for (const published of [[], ['created'], ['created', 'started']]) {
    const name = `publisher-${published.length}`;
    const before = await seen().catch(() => []);
    const dying = new Publisher(configuration, [topic], name);
    for (const [index, value] of published.entries())
      await dying.publish([message(value)], at(String(index)), async () => {});
    await new Promise<void>((died) => {
      dying.publish([message('lost')], at('9'), () => new Promise(() => died())).catch(() => {});
    });
    await dying.close();

    const next = new Publisher(configuration, [topic], name);
    expect((await next.committed())?.position).toBe(published.length === 0 ? undefined : String(published.length - 1));
    await next.publish([message('next')], at('10'), async () => {});
    expect(await seen()).toEqual([...before, ...published, 'next']);
    await next.close();
  }
}, 40_000);

it('a batch whose receipts cannot be saved is not seen', async () => {
  const before = await seen();
  const publisher = new Publisher(configuration, [topic], 'failing');
  const publishing = publisher.publish([message('first')], at('1'), async () => {
    throw new Error('The database is away.');
  });
  await expect(publishing).rejects.toThrow('The database is away.');
  expect(await publisher.committed()).toBeUndefined();
  await publisher.publish([message('again')], at('2'), async () => {});
  expect(await seen()).toEqual([...before, 'again']);
  await publisher.close();
});

it('batches succeed one after the other, although Kafka still records the end of the last transaction', async () => {
  const before = await seen();
  const publisher = new Publisher(configuration, [topic], 'busy');
  const batches = Array.from({ length: 50 }, (_, batch) =>
    Array.from({ length: 30 }, (_, index) => ({ ...message(`${batch}/${index}`), key: `course/${index}` })),
  );
  for (const [batch, messages] of batches.entries())
    await publisher.publish(messages, at(String(batch)), async () => {});
  expect((await seen()).sort()).toEqual([...before, ...batches.flat().map(({ value }) => value)].sort());
  await publisher.close();
});
