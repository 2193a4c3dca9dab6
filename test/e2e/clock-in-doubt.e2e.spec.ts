import { jest } from '@jest/globals';
import { courseId, openService, people, publishedExam, roster } from '../support/service.js';

const { staff, alice } = people;
const root = '/api/edx_proctoring/v1/proctored_exam';
const hour = 3_600_000;
// Only the wall clock of this process is wrong.
const timers = [
  ...(['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'hrtime', 'performance'] as const),
  ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];

let service: Awaited<ReturnType<typeof openService>>;
let id: number;

beforeAll(async () => {
  service = await openService();
  await ask(staff, 'PUT', '/api/lms/v1/roster', roster);
  const timed = publishedExam('quiz', { is_proctored: false });
  const [{ exam_id }] = (await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, [timed])).body;
  id = (await ask(alice, 'POST', `${root}/attempt`, { exam_id, start_clock: 'true' })).body.exam_attempt_id;
});
afterAll(() => service.close());
beforeEach(() => void jest.useFakeTimers({ now: Date.now() + 2 * hour, doNotFake: [...timers] }));
afterEach(() => void jest.useRealTimers());

const ask = (...request: Parameters<typeof service.request>) => service.request(...request);
const poll = async () => (await ask(alice, 'GET', `${root}/attempt/${id}`)).body;

it('health and metrics say that the clocks differ', async () => {
  const { status, body } = await ask(undefined, 'GET', '/health/ready');
  expect(status).toBe(200);
  expect(body.clock).toMatchObject({
    endsNoAttempt: 'the clocks of process and database are more than a minute apart',
  });
  expect(body.clock.skewSeconds).toBeCloseTo(7200, -2);
  const metrics = String((await ask(undefined, 'GET', '/metrics')).body);
  expect(metrics).toMatch(/proctoring_clock_skew_seconds 7[12]\d\d/);
  expect(metrics).toContain('proctoring_clock_ends_no_attempt 1');
});

it('an exam goes on by the clock of the database', async () => {
  const { status, time_remaining_seconds } = await poll();
  expect(status).toBe('started');
  expect(time_remaining_seconds).toBeGreaterThan(29 * 60);
});

it('a read of an attempt whose time is over shows no remaining time and does not end it, and the learner can submit it', async () => {
  await service.moveClock('31 minutes');
  expect(await poll()).toMatchObject({ status: 'started', time_remaining_seconds: 0 });
  expect(await ask(alice, 'GET', `${root}/attempt`)).toMatchObject({
    status: 200,
    body: { attempt_status: 'started', time_remaining_seconds: 0 },
  });
  expect((await ask(alice, 'PUT', `${root}/attempt/${id}`, { action: 'submit' })).status).toBe(200);
  expect(await poll()).toMatchObject({ status: 'submitted' });
});
