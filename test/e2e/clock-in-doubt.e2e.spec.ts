import { jest } from '@jest/globals';
import { shared } from '../support/hooks.js';
import { openCourse, people, root } from '../support/service.js';

const { alice } = people;
const hour = 3_600_000;
// Only the wall clock of this process is wrong.
const timers = [
  ...(['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'hrtime', 'performance'] as const),
  ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];

const service = shared(() => openCourse({ quiz: { is_proctored: false } }));
const { request: ask } = service;
let id: number;

beforeAll(async () => {
  const asked = { attempt_proctored: 'false', start_clock: 'true' };
  id = await service.createAttempt(alice, service.exams.quiz, asked);
});
beforeEach(() => void jest.useFakeTimers({ now: Date.now() + 2 * hour, doNotFake: [...timers] }));
afterEach(() => void jest.useRealTimers());

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
