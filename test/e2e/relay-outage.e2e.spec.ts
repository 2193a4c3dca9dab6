import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../../apps/worker/src/worker.js';
import { CreateAttempt, MarkReadyToResume, ReportError, StartAttempt } from '../../libs/domain/src/index.js';
import { byStaff, inOrder, openExam, withoutRepeated } from '../support/relay.exams.js';

const { startBroker } = await import(join(process.cwd(), 'scripts/kafka-broker.mjs'));
const dir = mkdtempSync(join(tmpdir(), 'proctoring-kafka-'));
const start = (port?: number) => startBroker({ dir, port, log: () => {} });
// A machine with KAFKA_BROKERS may not be able to start a broker, and the test must not kill the given one.
const missing = (error: Error) => {
  if (!error.message.includes('KAFKA_BROKERS')) throw error;
  console.warn(`Skipped: ${error.message}`);
};
let broker = await start().catch(missing);
const port = broker && Number(broker.brokers.split(':')[1]);
const story = broker ? it : it.skip;

const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);
process.on('unhandledRejection', note);

let exam: Awaited<ReturnType<typeof openExam>>;
let worker: Awaited<ReturnType<typeof startWorker>>;
let nextLearner = 1;

beforeAll(async () => {
  if (!broker) return;
  exam = await openExam(broker.brokers);
  worker = await startWorker(exam.configuration, exam.database.urls.worker);
});
afterAll(async () => {
  process.off('unhandledRejection', note);
  await worker?.close();
  await exam?.close();
  await broker?.stop();
  rmSync(dir, { recursive: true });
});

/** Some learners start, stop and start again. Answers the milliseconds of the slowest command. */
async function someAttempts(): Promise<number> {
  let slowest = 0;
  for (const last = nextLearner + 5; nextLearner < last; nextLearner++) {
    const learner = exam.learner(nextLearner);
    for (const Command of [CreateAttempt, StartAttempt, ReportError, MarkReadyToResume, CreateAttempt] as any[]) {
      const begin = performance.now();
      await learner.by(Command, { takingAsProctored: true }, byStaff);
      slowest = Math.max(slowest, performance.now() - begin);
    }
  }
  return slowest;
}

/** A container kills a process that does not end within 10 s. */
const endsInTime = async () => {
  const begin = performance.now();
  await worker.close();
  expect(performance.now() - begin).toBeLessThan(10_000);
};

story('a broker that hangs delays no learner', async () => {
  await someAttempts();
  await exam.allIsPublished();
  process.kill(broker.pid, 'SIGSTOP');
  expect(await someAttempts()).toBeLessThan(10_000); // kafkajs would wait 30 s
  const lag = await exam.lag();
  expect(lag.events).toBeGreaterThanOrEqual(5 * 6);
  expect(lag.oldestSeconds).toBeGreaterThan(0);
});

story('a worker whose broker hangs ends in time', endsInTime);

story('a worker whose broker is dead ends in time', async () => {
  await broker.kill();
  worker = await startWorker(exam.configuration, exam.database.urls.worker);
  await someAttempts();
  await endsInTime();
});

story('a worker that starts before the broker publishes everything as soon as the broker is there', async () => {
  worker = await startWorker(exam.configuration, exam.database.urls.worker);
  await someAttempts();
  broker = await start(port);
  await exam.allIsPublished();
  const { once } = withoutRepeated(await exam.arrived());
  expect(inOrder(once)).toEqual(inOrder(await exam.expected()));
  expect(unhandled).toEqual([]);
});
