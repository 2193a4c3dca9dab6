import { createRequire } from 'node:module';
import fc from 'fast-check';
import './kafkajs-internals.js';

const require = createRequire(import.meta.url);
const inner = (file: string) => ['kafkajs', 'kafkajs-as-published'].map((name) => require(`${name}/src/${file}`));

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 70 }),
  fc.string({ unit: 'binary-ascii', minLength: 60, maxLength: 66 }),
);
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const message = fc.record({
  key: fc.option(text),
  value: fc.oneof(fc.constant(null), text, bytes, fc.string({ minLength: 1000, maxLength: 40_000 })),
  timestamp: fc.nat().map((later) => String(1_800_000_000_000 + later)),
  headers: fc.dictionary(text, fc.oneof(text, bytes, fc.array(text, { maxLength: 3 }))),
});
const request = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(),
  transactionalId: fc.option(text),
  producerId: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
  producerEpoch: fc.nat({ max: 32_767 }),
  topicData: fc.array(
    fc.record({
      topic: text,
      partitions: fc.array(
        fc.record({
          partition: fc.nat(),
          firstSequence: fc.nat(),
          messages: fc.array(message, { minLength: 1, maxLength: 150 }),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
});

it('a connection without pending requests has no timer', () => {
  const [ours, published] = inner('network/requestQueue/index.js').map((RequestQueue) => {
    const queue = new RequestQueue({ instrumentationEmitter: null, maxInFlightRequests: null, logger: null });
    queue.checkPendingRequests();
    clearTimeout(queue.throttleCheckTimeoutId);
    return queue.throttleCheckTimeoutId;
  });
  expect([ours, published]).toEqual([null, expect.anything()]);
});

it('requests are byte for byte those of the published kafkajs', async () => {
  const [ours, published] = inner('protocol/requests/produce/v7/request.js');
  const [encoder, publishedEncoder] = inner('protocol/encoder.js');
  expect(String(encoder.prototype.writeEncoder)).not.toBe(String(publishedEncoder.prototype.writeEncoder));
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.info(`seed ${seed}`);
  const property = fc.asyncProperty(request, async (data) => {
    const { buffer } = await ours(data).encode();
    expect(buffer.equals((await published(data).encode()).buffer)).toBe(true);
  });
  await fc.assert(property, { seed });
});
