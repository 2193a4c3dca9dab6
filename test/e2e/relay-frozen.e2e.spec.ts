import { setTimeout as pause } from 'node:timers/promises';
import { kafkaClient, lastOffsets, readUntil, topics } from '../../libs/integration/src/index.js';
import { inOrder, openExam, until, withoutRepeated } from '../support/relay.exams.js';
import { actAtRandom, seededRandom, startRelay } from '../support/relay.kills.js';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

let exam: Awaited<ReturnType<typeof openExam>>;
afterEach(() => exam.close());

/** The id of the process that leads. */
const leader = async () => {
  const { rows } = await exam.pool.query("select holder from leases where name = 'kafka' and expires_at > now()");
  return rows.length > 0 ? Number(rows[0].holder.split(':')[1]) : undefined;
};

it.each([
  { title: 'once', transactions: 'on', again: 0 },
  { title: 'at least once without transactions', transactions: 'off', again: Number.POSITIVE_INFINITY },
])(
  `a frozen relay is replaced; after the thaw each message has arrived $title and in order, and the receipts are right (SEED=${seed})`,
  async ({ transactions, again }) => {
    exam = await openExam(undefined, { KAFKA_TRANSACTIONS: transactions });
    const random = seededRandom(seed);
    const run = { isOver: false };
    const relays = [startRelay(exam), startRelay(exam)];
    const running = actAtRandom(exam, random, run);
    try {
      for (let split = 0; split < 4; split++) {
        await until(async () => (await leader()) !== undefined, 'one leads');
        await pause(random() * 300);
        const pid = await leader();
        const frozen = relays.find((relay) => relay.pid === pid) ?? relays[0];
        frozen.kill('SIGSTOP');
        const other = relays.find((relay) => relay !== frozen)!;
        await until(async () => (await leader()) === other.pid, 'the other leads');
        await until(async () => (await exam.lag()).events < 100, 'the other publishes');
        frozen.kill('SIGCONT');
      }
      run.isOver = true;
      await running;
      await exam.allIsPublished();
    } finally {
      run.isOver = true;
      for (const relay of relays) relay.kill('SIGKILL');
    }
    const expected = await exam.expected();
    const { once: arrived, repeated } = withoutRepeated(await exam.arrived());
    console.info(`SEED=${seed}: ${expected.length} messages, ${repeated} of them again`);
    expect(expected.length).toBeGreaterThan(100);
    expect(repeated).toBeLessThanOrEqual(again);
    expect(inOrder(arrived)).toEqual(inOrder(expected));
    expect(await wrongReceipts()).toEqual([]);
  },
  180_000,
);

/** Receipts with a wrong offset. */
async function wrongReceipts() {
  const kafka = kafkaClient(exam.configuration);
  const places = new Set<string>();
  for (const { name } of topics) {
    const topic = exam.prefix + name;
    for (const [partition, offset] of await lastOffsets(kafka, topic))
      await readUntil(kafka, topic, new Map([[partition, offset]]), (message) => {
        places.add(`${topic} ${message.offset} ${String(message.headers!.ce_id)}`);
      });
  }
  const { rows } = await exam.pool.query('select topic, "offset", ce_id from deliveries');
  return rows.filter(({ topic, offset, ce_id }) => !places.has(`${topic} ${offset} ${ce_id}`));
}
