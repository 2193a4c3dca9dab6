import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { startWorker } from '../apps/worker/src/worker.js';
import {
  DeclineAttempt,
  MarkReadyToResume,
  ReadyAttempt,
  Refusal,
  RemoveAttempt,
  ReportError,
  SetAttemptStatus,
  StartAttempt,
  StopAttempt,
  SubmitAttempt,
} from '../libs/domain/src/index.js';
import { relayLag } from '../libs/integration/src/index.js';
import { byStaff, inOrder, openExam, until, withoutRepeated } from './relay.exams.js';

const learners = 30;
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const program = 'dist/test/relay.process.js';

let exam: Awaited<ReturnType<typeof openExam>>;
beforeAll(() => {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm test builds it, and so does npm run build`);
});
afterEach(() => exam.close());

/** Numbers from 0 to 1, the same for the same seed. */
function numbersFrom(state: number) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Learners do what comes to their minds, allowed or not, until told. */
async function attemptsRun(random: () => number, moment: { isOver: boolean }) {
  const seats = Array.from({ length: learners }, (_, index) => exam.learner(index + 1));
  const moves = seats.map(({ by, creates, isReviewed }) => [
    () => creates(),
    () => creates(),
    () => by(ReadyAttempt),
    () => by(StartAttempt),
    () => by(StartAttempt),
    () => by(StopAttempt),
    () => by(SubmitAttempt),
    () => by(ReportError),
    () => by(MarkReadyToResume, {}, byStaff),
    () => by(DeclineAttempt),
    () => isReviewed('suspicious'),
    () => isReviewed('passed'),
    () => by(SetAttemptStatus, { status: 'created' }, byStaff),
    () => by(RemoveAttempt, {}, byStaff),
  ]);
  const one = <T>(list: T[]) => list[Math.floor(random() * list.length)];
  while (!moment.isOver) {
    await one(one(moves))().catch((error) => {
      if (!(error instanceof Refusal)) throw error;
    });
    await pause(random() * 10);
  }
}

/** Runs the relay and kills it at some moment: as it comes up, on a batch's way to Kafka, or before that is kept. */
async function runAndKill(random: () => number) {
  const { kafkaBrokers, kafkaTransactions } = exam.configuration;
  const relay = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL: exam.database.url,
      KAFKA_BROKERS: kafkaBrokers.join(),
      KAFKA_TOPIC_PREFIX: exam.prefix,
      KAFKA_TRANSACTIONS: kafkaTransactions,
    },
  });
  const ended = once(relay, 'exit');
  if (random() < 0.2) await pause(random() * 1000);
  else {
    const marks = random() * 8;
    for (let seen = 0; seen < marks; ) seen += String(await Promise.race([once(relay.stdout, 'data'), ended])).length;
    await pause(random() * 20);
  }
  relay.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
}

it.each([
  { title: 'once', transactions: 'on', kills: 20, again: 0 },
  { title: 'at least once without transactions', transactions: 'off', kills: 8, again: Number.POSITIVE_INFINITY },
])(
  `every message arrives $title, in order, though the relay is killed $kills times (SEED=${seed})`,
  async ({ transactions, kills, again }) => {
    exam = await openExam(undefined, { KAFKA_TRANSACTIONS: transactions });
    const random = numbersFrom(seed);
    const moment = { isOver: false };
    const running = Promise.all([attemptsRun(random, moment), attemptsRun(random, moment)]);
    for (let killed = 0; killed < kills; killed++) await runAndKill(random);
    moment.isOver = true;
    await running;

    const worker = await startWorker(exam.configuration, exam.database.url);
    await until(async () => (await relayLag(exam.pool)).events === 0, 'all is published').finally(worker.close);
    const expected = await exam.expected();
    const { once: arrived, repeated } = withoutRepeated(await exam.arrived());
    console.log(`SEED=${seed}: ${expected.length} messages, ${repeated} of them again`);
    expect(expected.length).toBeGreaterThan(200);
    expect(repeated).toBeLessThanOrEqual(again);
    expect(inOrder(arrived)).toEqual(inOrder(expected));
  },
  180_000,
);
