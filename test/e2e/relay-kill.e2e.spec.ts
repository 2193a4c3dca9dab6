import { startWorker } from '../../apps/worker/src/worker.js';
import { inOrder, openExam, withoutRepeated } from '../support/relay.exams.js';
import { actAtRandom, runAndKill, seededRandom } from '../support/relay.kills.js';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

let exam: Awaited<ReturnType<typeof openExam>>;
afterEach(() => exam.close());

it.each([
  { title: 'once', transactions: 'on', kills: 20, again: 0 },
  { title: 'at least once without transactions', transactions: 'off', kills: 8, again: Number.POSITIVE_INFINITY },
])(
  `each message arrives $title and in order although the relay is killed $kills times (SEED=${seed})`,
  async ({ transactions, kills, again }) => {
    exam = await openExam(undefined, { KAFKA_TRANSACTIONS: transactions });
    const random = seededRandom(seed);
    const run = { isOver: false };
    const running = Promise.all([actAtRandom(exam, random, run), actAtRandom(exam, random, run)]);
    for (let killed = 0; killed < kills; killed++) await runAndKill(exam, random);
    run.isOver = true;
    await running;

    const worker = await startWorker(exam.configuration, exam.database.urls.worker);
    await exam.allIsPublished().finally(() => worker.close());
    const expected = await exam.expected();
    const { once: arrived, repeated } = withoutRepeated(await exam.arrived());
    console.log(`SEED=${seed}: ${expected.length} messages, ${repeated} of them again`);
    expect(expected.length).toBeGreaterThan(200);
    expect(repeated).toBeLessThanOrEqual(again);
    expect(inOrder(arrived)).toEqual(inOrder(expected));
  },
  180_000,
);
