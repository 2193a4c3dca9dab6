import { until } from '../../libs/event-store/src/testing.js';
import { PretendedProvider } from '../../libs/providers/src/testing.js';
import { shared } from '../support/hooks.js';
import { courseId, openCourse, people, publishedExam, root, tokenOf } from '../support/service.js';

const { staff, alice } = people;
const registration = `${root}/exam_registration/course_id/${courseId}`;

const provider = shared(() => PretendedProvider.open());
const service = shared(() => {
  const rest = { base_url: provider.url, client_id: 'lms', client_secret: 'secret' };
  const strict = { provider: 'test', onboarding_error: 'onboarding_missing' };
  return openCourse(
    { midterm: {}, first: { is_practice_exam: true, backend: 'strict' } },
    { settings: { PROCTORING_BACKENDS: { DEFAULT: 'test', test: {}, rest, strict } } },
  );
});
let url: string;
beforeAll(async () => {
  await service.createAttempt(alice, service.exams.midterm);
  await service.app.listen(0, '127.0.0.1');
  url = await service.app.getUrl();
});

const headers = async () => ({ authorization: `JWT ${await tokenOf(staff)}`, 'content-type': 'application/json' });
/** A client that does not wait for its answer: `leave` closes its connection. */
async function begin(method: string, path: string, body?: unknown) {
  const leaving = new AbortController();
  const { signal } = leaving;
  const request = { method, headers: await headers(), body: body && JSON.stringify(body), signal };
  const ended = fetch(url + path, request as RequestInit).then(
    ({ status }) => `answered ${status}`,
    ({ name }) => name,
  );
  return { ended, leave: () => leaving.abort() };
}

/** The number of queries that wait for a lock. */
const waitingQueries = async (): Promise<number> => {
  const text = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return (await service.database.owner.query(text)).rows.length;
};
/** The number of connections that the server ended during a query because the client closed them. */
const cancelledSessions = async (): Promise<number> => {
  const text = 'select sessions_fatal::int as count from pg_stat_database where datname = current_database()';
  return (await service.database.owner.query(text)).rows[0].count;
};

/** Locks `table`, so that a query waits. Then its client leaves, and the server must end the query before a time limit does. */
async function leaveDuringQuery(table: string, ...request: Parameters<typeof begin>) {
  const before = await cancelledSessions();
  const owner = await service.database.owner.connect();
  try {
    await owner.query(`begin; lock table ${table} in access exclusive mode`);
    const client = await begin(...request);
    await until('the query waits', async () => (await waitingQueries()) > 0);
    client.leave();
    expect(await client.ended).toBe('AbortError');
    await until('the server ended the query', async () => (await waitingQueries()) === 0);
    await until('it was ended because the client left', async () => (await cancelledSessions()) === before + 1);
  } finally {
    await owner.query('rollback');
    owner.release();
  }
}

it.each([
  ["a course's attempts", `${root}/attempt/grouped/course_id/${courseId}`, 'attempt_groups'],
  ['a search for attempts', `${root}/attempt/grouped/course_id/${courseId}/search/ali`, 'attempt_groups'],
  ["a course's onboarding", `/api/edx_proctoring/v1/user_onboarding/status/course_id/${courseId}`, 'enrollments'],
  ["a course's allowances", `${root}/${courseId}/allowance`, 'allowances'],
  ['a history', '/api/audit/v1/attempts/1/history', 'streams'],
  ['the whole log', '/api/audit/v1/events', 'events'],
  ['the access log', '/api/audit/v1/access', 'access_log'],
])('the query of a client that leaves ends: %s', async (_, path, table) => {
  await leaveDuringQuery(table, 'GET', path);
  expect((await service.request(staff, 'GET', path)).status).toBe(200);
});

it('an import of the roster ends when its client leaves, so the next one does not wait', async () => {
  const more = { enrollments: [{ user: 'teacher', course_id: courseId, mode: 'verified' }] };
  await leaveDuringQuery('enrollments', 'PUT', '/api/lms/v1/roster', more);
  const { rowCount } = await service.database.owner.query('select from enrollments where user_id = 4');
  expect(rowCount).toBe(0);
  expect((await service.request(staff, 'PUT', '/api/lms/v1/roster', more)).status).toBe(200);
});

it('when the client that publishes a course leaves, the provider gets no request for the remaining exams', async () => {
  const names = ['a', 'b', 'c'];
  const exams = names.map((name) => publishedExam(name, { backend: 'rest' }));
  const requests = () => provider.routes().filter((route) => route.endsWith('/exam/')).length;
  // The client has this time to leave. It is shorter than the time limit of a request to the provider.
  provider.answers({ body: { id: 'exam-1' }, delayMs: 4_000 });
  const client = await begin('PATCH', registration, exams);
  await until('the provider has a request', () => requests() === 1);
  client.leave();
  await until('the work ended', async () => {
    const { rows } = await service.database.owner.query(
      `select from access_log where action like 'PATCH %' and outcome <> 'begun'`,
    );
    return rows.length === 2;
  });
  expect(requests()).toBe(1);
});
