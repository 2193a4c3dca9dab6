import { startWorker } from '../../apps/worker/src/worker.js';
import {
  MarkReadyToResume,
  RemoveAttempt,
  ReportError,
  StartAttempt,
  SubmitAttempt,
} from '../../libs/domain/src/index.js';
import { deadLetters, EventStore, start } from '../../libs/event-store/src/index.js';
import { attemptById } from '../../libs/read-models/src/index.js';
import { byStaff, inOrder, openExam, until, withAdmin, withoutRepeated } from '../support/relay.exams.js';

let exam: Awaited<ReturnType<typeof openExam>>;
let worker: Awaited<ReturnType<typeof startWorker>> | undefined;

beforeEach(async () => {
  exam = await openExam();
});
afterEach(async () => {
  await worker?.close();
  worker = undefined;
  await exam.close();
});

const startTheWorker = async (configuration = exam.configuration) => {
  worker = await startWorker(configuration, exam.database.urls.worker);
};
const typesOf = (messages: { headers: Record<string, string> }[]) =>
  messages.map(({ headers }) => headers.ce_type.replace(/^org\.proctoring\.|\.v1$/g, ''));

/** One learner is verified on appeal. Another has an error, resumes, and the attempt is removed. */
async function examDay() {
  const alice = exam.learner(2);
  const bob = exam.learner(3);
  await alice.creates();
  await bob.creates();
  await alice.by(StartAttempt);
  await bob.by(StartAttempt);
  await bob.by(ReportError);
  await alice.by(SubmitAttempt);
  await bob.by(MarkReadyToResume, {}, byStaff);
  await alice.isReviewed('Suspicious');
  await bob.creates();
  await alice.isReviewed('Clean');
  await bob.by(RemoveAttempt, {}, byStaff);
}

it('each event of an exam reaches Kafka at once, each message once and in order', async () => {
  await startTheWorker();
  await examDay();
  await exam.allIsPublished();
  const arrived = await exam.arrived();
  expect(inOrder(arrived)).toEqual(inOrder(await exam.expected()));
  const aliceIn = (topic: string) =>
    typesOf(arrived.filter((each) => each.key.endsWith('/2') && each.topic.includes(topic)));
  expect(aliceIn('attempts')).toEqual(
    ['created', 'started', 'submitted', 'rejected', 'verified'].map((status) => `attempt.${status}`),
  );
  expect(aliceIn('credit')).toEqual(['credit.submitted', 'credit.failed', 'credit.satisfied']);
  expect(aliceIn('grades')).toEqual(['grade.overridden', 'grade.override_undone']);
  expect(aliceIn('certificates')).toEqual(['certificate.invalidated']);
  expect(aliceIn('learner-state')).toEqual(['learner_state.completed']);
  expect(aliceIn('verified-names')).toHaveLength(5);
});

it('without a broker in the configuration events wait, and are published as soon as there is one', async () => {
  await startTheWorker({ ...exam.configuration, kafkaBrokers: [] });
  await examDay();
  await worker!.close();
  expect(await exam.lag()).toEqual({
    events: expect.any(Number),
    oldestSeconds: expect.any(Number),
    deadLetters: 0,
  });
  const changes = (await exam.expected()).filter(({ topic }) => topic === 'proctoring.attempts.v1');
  expect((await exam.lag()).events).toBeGreaterThanOrEqual(changes.length);

  await startTheWorker();
  await exam.allIsPublished();
  expect(inOrder(await exam.arrived())).toEqual(inOrder(await exam.expected()));
});

it('a message that the broker always refuses holds up only its learner', async () => {
  const learner = exam.learner(9, await exam.addExam(`course-v1:${'x'.repeat(200)}+Demo+2031`));
  await learner.creates();
  await learner.by(StartAttempt);
  await examDay();
  const sizes = (await exam.expected()).map(
    ({ key, value, headers }) => (key + value + JSON.stringify(headers)).length,
  );
  const topics = [
    {
      topic: `${exam.prefix}proctoring.attempts.v1`,
      configEntries: [{ name: 'max.message.bytes', value: String(Math.max(...sizes) - 100) }],
    },
  ];
  await withAdmin(exam.configuration.kafkaBrokers.join(), (admin) => admin.createTopics({ topics }));

  await startTheWorker();
  await exam.allIsPublished();
  const letters = await deadLetters(exam.pool, 'kafka');
  expect(letters.map(({ event }) => event.type)).toEqual(['AttemptCreated', 'AttemptStarted']);
  expect(letters.map(({ event }) => event.metadata.userId)).toEqual([9, 9]);
  expect((await exam.lag()).deadLetters).toBe(2);
  const { once } = withoutRepeated(await exam.arrived(undefined, ({ key }) => !key.endsWith('/9')));
  // Messages of the event on other topics may have been published. A retry publishes them again.
  expect(once.filter(({ topic, key }) => topic === 'proctoring.attempts.v1' && key.endsWith('/9'))).toEqual([]);
  const ofOthers = (messages: typeof once) => inOrder(messages.filter(({ key }) => !key.endsWith('/9')));
  expect(ofOthers(once)).toEqual(ofOthers(await exam.expected()));
});

it('an event that cannot be folded holds up only its learner', async () => {
  const stream = 'attempts-1-9';
  const data = { attemptId: 999, at: new Date().toISOString(), effects: [] };
  const events = [
    { type: 'AttemptStarted', data },
    { type: 'AttemptSubmitted', data },
  ];
  const about = { courseId: 'course-v1:OrgX+Demo+2031', contentId: 'block', examId: 1, userId: 9 };
  const metadata = { commandId: 'test', actor: { kind: 'user', userId: 9 }, ...about } as const;
  await new EventStore(exam.pool).append([{ stream, after: start, events, metadata }]);
  await examDay();
  await startTheWorker();
  await exam.allIsPublished();
  const letters = await deadLetters(exam.pool, 'kafka');
  expect(letters.map(({ event, reason }) => `${event.type}: ${reason}`)).toEqual([
    expect.stringMatching(/^AttemptStarted: TypeError in attempt\S*\.ts:\d+$/),
    'AttemptSubmitted: waits for an earlier event of the same learner',
  ]);
  expect(inOrder(await exam.arrived())).toEqual(inOrder(await exam.expected()));
});

it('an attempt is submitted at the end of its time without any request', async () => {
  const alice = exam.learner(2);
  const start = Date.now() - 91 * 60_000;
  await alice.creates(new Date(start).toISOString());
  await alice.by(StartAttempt, { at: new Date(start).toISOString() });
  // The start is decided at its own time, when the attempt still had time.
  expect((await attemptById(exam.pool, alice.id()))!.status).toBe('started');
  await startTheWorker();
  await until(async () => (await attemptById(exam.pool, alice.id()))!.status === 'submitted', 'it is submitted');
  const { completedAt } = (await attemptById(exam.pool, alice.id()))!;
  expect(Date.parse(completedAt!)).toBe(start + 90 * 60_000);
  await exam.allIsPublished();
  expect(typesOf(await exam.arrived())).toEqual(expect.arrayContaining(['attempt.submitted', 'credit.submitted']));
});

it('a worker ends within the 10 s that a container gets', async () => {
  await startTheWorker();
  await examDay();
  const begin = performance.now();
  await worker!.close();
  worker = undefined;
  expect(performance.now() - begin).toBeLessThan(10_000);
});
