import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { removeOrphans } from '../../libs/commands/src/index.js';
import { Delivery, subscriptionNameOf } from '../../libs/delivery/src/index.js';
import { deadLetters, EventStore, retryDeadLetters, start } from '../../libs/event-store/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { PretendedProvider } from '../../libs/providers/src/testing.js';
import { deliveryOf, openCourse, people, root } from '../support/service.js';

const { staff, alice, bob } = people;
const worker = { user_id: 9, preferred_username: 'retirement_worker' };

let provider: PretendedProvider;
let service: Awaited<ReturnType<typeof openCourse>>;
let exam: number;
let end: AbortController;
let running: Promise<void>;
let delivery: Delivery;

const ask = (...request: Parameters<typeof service.request>) => service.request(...request);

beforeEach(async () => {
  provider = await PretendedProvider.open();
  const rest = { base_url: provider.url, client_id: 'lms', client_secret: 'secret', request_timeout: 2 };
  service = await openCourse({ midterm: {} }, { settings: { PROCTORING_BACKENDS: { DEFAULT: 'rest', rest } } });
  exam = service.exams.midterm;
  delivery = deliveryOf(service, 'rest', { halfOpenAfterMs: 20 });
  end = new AbortController();
  running = delivery.run(end.signal);
});
afterEach(async () => {
  end.abort();
  await running;
  await service.close();
  await provider.close();
});

const create = (person = alice) => service.createAttempt(person, exam);
const act = async (id: number, action: string, person = alice) =>
  expect((await ask(person, 'PUT', `${root}/attempt/${id}`, { action })).status).toBe(200);
/** The notifications of attempts that the provider accepted. */
const notifications = () =>
  provider.taken.flatMap(({ route, json }) => {
    const [, method, id] = /^(PATCH|DELETE) .*\/attempt\/([^/]+)\/$/.exec(route) ?? [];
    return id ? `${id} ${method === 'DELETE' ? 'removed' : json.status}` : [];
  });
const has = (...expected: string[]) =>
  until(`the provider is notified: ${expected}`, () => JSON.stringify(notifications()) === JSON.stringify(expected));

it('start, end and removal reach the provider once each, in order', async () => {
  const id = await create();
  for (const action of ['start', 'submit']) await act(id, action);
  await ask(staff, 'DELETE', `${root}/attempt/${id}`);
  await has('attempt-2 started', 'attempt-2 submitted', 'attempt-2 removed');
});

it.each<[string, object]>([
  ['is busy', { status: 503 }],
  ['is slow', { delayMs: 4_000 }],
  ['answers without JSON', { text: '<html>' }],
  ['refuses the token', { status: 401 }],
])(
  'while the provider %s, learners notice nothing, and afterwards it gets all notifications once and in order',
  async (_, answer) => {
    const id = await create();
    let failures = 4;
    provider.mood = ({ route }) => (route.startsWith('PATCH') && failures-- > 0 ? answer : undefined);
    for (const action of ['start', 'submit']) await act(id, action);
    await has('attempt-2 started', 'attempt-2 submitted');
  },
);

it('a provider that stays away gets no more requests for a while; health and metrics report it', async () => {
  const id = await create();
  provider.mood = ({ route }) => (route.startsWith('PATCH') ? { status: 503 } : undefined);
  await act(id, 'start');
  const health = async () => (await ask(undefined, 'GET', '/health/ready')).body.vendors[0];
  await until('the circuit is open', async () => (await health()).circuit === 'open');
  const { body: metrics } = await ask(undefined, 'GET', '/metrics');
  expect(metrics).toContain('proctoring_vendor_circuit_open{provider="rest"} 1');
  expect(metrics).toMatch(/proctoring_vendor_events_waiting\{provider="rest"\} [1-9]/);
  expect(metrics).toMatch(/proctoring_vendor_oldest_waiting_seconds\{provider="rest"\} 0\.\d+|[1-9]/);
  provider.mood = () => undefined;
  await has('attempt-2 started');
  await until('the circuit is closed', async () => (await health()).circuit === 'closed');
});

it('a refused notification is a dead letter that holds up only its learner, until it is retried', async () => {
  const { pool } = service.database;
  const [hers, his] = [await create(), await create(bob)];
  provider.mood = ({ route }) => (/^PATCH .*attempt-2/.test(route) ? { status: 422 } : undefined);
  await act(hers, 'start');
  await act(hers, 'submit');
  await act(his, 'start', bob);
  await has('attempt-3 started');
  const letters = () => deadLetters(pool, subscriptionNameOf('rest'));
  await until('both are dead letters', async () => (await letters()).length === 2);
  const [{ learner, reason }] = await letters();
  expect(reason).toMatch('HTTP 422');
  provider.mood = () => undefined;
  expect(await retryDeadLetters(pool, subscriptionNameOf('rest'), learner, (events) => delivery.handle(events))).toBe(
    2,
  );
  await has('attempt-3 started', 'attempt-2 started', 'attempt-2 submitted');
});

it('a malformed event is a dead letter that holds up only its learner', async () => {
  const { pool } = service.database;
  const his = await create(bob);
  const data = { attemptId: 99, at: new Date().toISOString(), effects: 7 };
  const metadata = { commandId: 'test', actor: { kind: 'user', userId: 9 }, examId: exam, userId: 9 } as const;
  const events = [{ type: 'AttemptStarted', data }];
  await new EventStore(pool).append([{ stream: `attempts-${exam}-9`, after: start, events, metadata }]);
  await act(his, 'start', bob);
  await has('attempt-2 started');
  const letters = () => deadLetters(pool, subscriptionNameOf('rest'));
  await until('it is a dead letter', async () => (await letters()).length === 1);
  expect((await letters())[0]).toMatchObject({
    learner: `attempts-${exam}-9`,
    reason: expect.stringMatching(/^TypeError in /),
  });
});

it('an exam gets the id of a provider that was away later, and the provider gets its changes', async () => {
  provider.mood = ({ route }) => (/\/exam\//.test(route) ? { status: 503 } : undefined);
  const exams = await service.publish({ midterm: {}, final: {} });
  const final = async () => (await ask(alice, 'GET', `${root}/exam/exam_id/${exams.final}`)).body;
  expect(await final()).toMatchObject({ external_id: null });
  provider.mood = () => undefined;
  await until('the exam has an external id', async () => /^exam-\d+$/.test((await final()).external_id));
  await service.publish({});
  const { external_id } = await final();
  await until('the provider knows that it is withdrawn', () =>
    provider.taken.some(({ route, json }) => route === `POST /api/v1/exam/${external_id}/` && json.is_active === false),
  );
  expect(
    provider.taken.filter(({ route, json }) => route === 'POST /api/v1/exam/' && json.exam_name === 'final'),
  ).toHaveLength(1);
});

it('a provider that gives an exam a new id each time can do so five times', async () => {
  const ids = async () => {
    const { rows } = await service.database.pool.query(
      "select data->>'externalId' as id from events where stream = $1 order by version",
      [`exam-${exam}`],
    );
    return rows.map(({ id }) => id);
  };
  let given = 0;
  provider.mood = ({ route }) => (/\/exam\//.test(route) ? { body: { id: `another-${++given}` } } : undefined);
  const before = await ids();
  const warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
  await service.publish({ midterm: { exam_name: 'renamed' } });
  const refused = () => warnings.mock.calls.filter(([line]) => JSON.stringify(line).includes('new id again'));
  await until('the sixth id is refused', () => refused().length > 0);
  expect(refused()[0][0]).toMatchObject({ examId: exam });
  expect((await ids()).slice(before.length)).toHaveLength(1 + 5);
  await service.publish({ midterm: { exam_name: 'renamed again' } });
  await until('its id is refused again', () => refused().length > 1);
  expect((await ids()).slice(before.length)).toHaveLength(2 + 5);
  warnings.mockRestore();
});

it('a retired learner is deleted at the provider', async () => {
  await create();
  expect((await ask(worker, 'POST', `/api/edx_proctoring/v1/retire_user/${alice.user_id}/`)).status).toBe(204);
  await until('the learner is deleted', () => provider.taken.some(({ route }) => /^DELETE .*\/user\//.test(route)));
});

describe('a learner who is first deleted at the provider and then retired', () => {
  const retire = (how: string) => ask(worker, 'POST', `/api/edx_proctoring/v1/${how}/${alice.user_id}/`);
  const deletions = () => provider.calls.filter(({ route }) => /^DELETE .*\/user\//.test(route)).length;

  beforeEach(async () => {
    await create();
    expect(await retire('retire_backend_user')).toMatchObject({ status: 200, body: { rest: true } });
    // The provider does not know this user any more.
    provider.mood = ({ route }) => (/^DELETE .*\/user\//.test(route) ? { body: false } : undefined);
  });

  it('is not deleted there a second time', async () => {
    expect((await retire('retire_user')).status).toBe(204);
    const id = await create(bob);
    await act(id, 'start', bob);
    await has('attempt-3 started');
    expect(deletions()).toBe(1);
    expect(await deadLetters(service.database.pool, subscriptionNameOf('rest'))).toEqual([]);
  });

  it('is deleted there again if there was another attempt in between', async () => {
    await ask(staff, 'DELETE', `${root}/exam_id/${exam}/user_id/${alice.user_id}/reset_attempts`);
    await create();
    provider.mood = () => undefined;
    expect((await retire('retire_user')).status).toBe(204);
    await until('it is deleted again', () => deletions() === 2);
  });
});

describe('a registration that the provider answers after the time limit', () => {
  const orphans = async () =>
    (await service.database.pool.query('select attempt_external_id as id from unclaimed_registrations')).rows;
  const isRegistration = (route: string) => /^POST .*\/attempt\/$/.test(route);
  const tooLate = (id: string) => {
    let first = true;
    provider.mood = ({ route }) => {
      if (!isRegistration(route)) return undefined;
      const answer = { body: { id, status: 'created' }, delayMs: first ? 3_000 : 0 };
      first = false;
      return answer;
    };
  };
  const register = () => ask(alice, 'POST', `${root}/attempt`, { exam_id: exam, attempt_proctored: 'true' });
  const remove = () => removeOrphans(service.database.pool, service.configuration.settings, 0);

  it('is removed at the provider', async () => {
    tooLate('late');
    expect((await register()).status).toBe(503);
    await until('the provider has answered', async () => (await orphans()).length === 1);
    expect(await remove()).toBe(1);
    expect(notifications()).toEqual(['late removed']);
  });

  it('is kept if the second try got the same attempt of the provider', async () => {
    tooLate('the same');
    expect((await register()).status).toBe(503);
    expect((await register()).status).toBe(200);
    await until('the provider has answered', async () => (await orphans()).length === 1);
    expect(await remove()).toBe(0);
    expect(notifications()).toEqual([]);
    expect(await orphans()).toEqual([]);
  });
});

it('an attempt that was registered and then refused is removed at the provider', async () => {
  const { pool } = service.database;
  const answers = await Promise.all(
    [0, 1].map(() => ask(alice, 'POST', `${root}/attempt`, { exam_id: exam, attempt_proctored: 'true' })),
  );
  const registered = provider.taken.filter(({ route }) => /^POST .*\/attempt\/$/.test(route)).length;
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await removeOrphans(pool, service.configuration.settings, 0)).toBe(registered - 1);
  expect(notifications()).toHaveLength(registered - 1);
  expect((await pool.query('select from unclaimed_registrations')).rowCount).toBe(0);
});

it('an orphaned registration is removed as soon as the provider is there', async () => {
  const { pool } = service.database;
  await pool.query("insert into unclaimed_registrations values ('rest', 'lost', 'exam-1')");
  provider.mood = () => ({ status: 503 });
  expect(await removeOrphans(pool, service.configuration.settings, 0)).toBe(0);
  provider.mood = () => undefined;
  expect(await removeOrphans(pool, service.configuration.settings, 0)).toBe(1);
  expect(notifications()).toEqual(['lost removed']);
});
