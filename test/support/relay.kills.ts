import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
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
} from '../../libs/domain/src/index.js';
import { byStaff, type openExam } from './relay.exams.js';

type Exam = Awaited<ReturnType<typeof openExam>>;

const learners = 30;
const program = 'dist/test/support/relay.process.js';
if (!existsSync(program)) throw new Error(`${program} is missing: npm test builds it, and so does npm run build`);

/** Random numbers from 0 to 1, the same for the same seed. */
export function seededRandom(state: number) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Learners send random commands, allowed or not, until `run.isOver`. They go on while the database is away. */
export async function actAtRandom(
  exam: Exam,
  random: () => number,
  run: { isOver: boolean; isDatabaseAway?: boolean },
) {
  const actors = Array.from({ length: learners }, (_, index) => exam.learner(index + 1));
  const actions = actors.map(({ by, creates, isReviewed }) => [
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
    () => isReviewed('Suspicious'),
    () => isReviewed('Clean'),
    () => by(SetAttemptStatus, { status: 'created' }, byStaff),
    () => by(RemoveAttempt, {}, byStaff),
  ]);
  const anyOf = <T>(list: T[]) => list[Math.floor(random() * list.length)];
  while (!run.isOver) {
    await anyOf(anyOf(actions))().catch((error) => {
      if (!(error instanceof Refusal || run.isDatabaseAway)) throw error;
    });
    await pause(random() * 10);
  }
}

/** Starts the relay as a separate process. Its lease is short, because a killed process cannot give its lease up. */
export function startRelay(exam: Exam) {
  const { kafkaBrokers, kafkaTransactions } = exam.configuration;
  return spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL: exam.database.urls.worker,
      KAFKA_BROKERS: kafkaBrokers.join(),
      KAFKA_TOPIC_PREFIX: exam.prefix,
      KAFKA_TRANSACTIONS: kafkaTransactions,
      LEASE_MS: '1000',
    },
  });
}

/** Runs the relay and kills it at a random moment: during its start, while it publishes, or before it keeps its checkpoint. */
export async function runAndKill(exam: Exam, random: () => number) {
  const relay = startRelay(exam);
  const ended = once(relay, 'exit');
  if (random() < 0.2) await pause(random() * 1000);
  else {
    const marks = random() * 8;
    for (let seen = 0; seen < marks; ) seen += String(await Promise.race([once(relay.stdout, 'data'), ended])).length;
    await pause(random() * 20);
  }
  relay.kill('SIGKILL');
  const [code, signal] = await ended;
  if (signal !== 'SIGKILL') throw new Error(`The relay ended by itself with code ${code}`);
}
