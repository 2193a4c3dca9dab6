import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker } from '../../apps/worker/src/worker.js';
import { CreateAttempt, MarkReadyToResume, ReportError, StartAttempt } from '../../libs/domain/src/index.js';
import { byStaff, inOrder, openExam, withoutRepeated } from '../support/relay.exams.js';

const { startBroker } = await import(join(process.cwd(), 'scripts/kafka-broker.mjs'));
const dir = mkdtempSync(join(tmpdir(), 'proctoring-kafka-'));
const start = (port?: number) => startBroker({ dir, port, log: () => {} });
// With KAFKA_BROKERS a machine may do without what it takes to start a broker; killing theirs is not for us.
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

/** Some learners start, break off, and start anew; answers how long the slowest command took, in milliseconds. */
async function someAttempts(): Promise<number> {
  let slowest = 0;
  for (const last = nextLearner + 5; nextLearner < last; nextLearner++) {
    const learner = exam.learner(nextLearner);
    for (const Command of [CreateAttempt, StartAttempt, ReportError, MarkReadyToResume, CreateAttempt] as any[]) {
      const asked = performance.now();
      await learner.by(Command, { takingAsProctored: true }, byStaff);
      slowest = Math.max(slowest, performance.now() - asked);
    }
  }
  return slowest;
}

const endsInTime = async () => {
  const told = Date.now();
  await worker.close();
  expect(Date.now() - told).toBeLessThan(6000);
};

story('a broker that hangs holds up no learner', async () => {
  await someAttempts();
  await exam.allIsPublished();
  process.kill(broker.pid, 'SIGSTOP');
  expect(await someAttempts()).toBeLessThan(2000);
  const lag = await exam.lag();
  expect(lag.events).toBeGreaterThanOrEqual(5 * 6);
  expect(lag.oldestSeconds).toBeGreaterThan(0);
});

story('nor a worker that is to end', endsInTime);

story('a worker whose broker is dead ends in time, too', async () => {
  await broker.kill();
  worker = await startWorker(exam.configuration, exam.database.urls.worker);
  await someAttempts();
  await endsInTime();
});

story('a worker that is started before the broker publishes everything once that is there', async () => {
  worker = await startWorker(exam.configuration, exam.database.urls.worker);
  await someAttempts();
  broker = await start(port);
  await exam.allIsPublished();
  const { once } = withoutRepeated(await exam.arrived());
  expect(inOrder(once)).toEqual(inOrder(await exam.expected()));
  expect(unhandled).toEqual([]);
});
