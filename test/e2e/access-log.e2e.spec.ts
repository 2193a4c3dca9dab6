import { jest } from '@jest/globals';
import pg from 'pg';
import { pruneAccessLog } from '#access-log';
import { until } from '../../libs/event-store/src/testing.js';
import { shared } from '../support/hooks.js';
import { courseId, openCourse, type Person, people, publishedExam, root, roster } from '../support/service.js';

const { staff, alice, bob, teacher, reviewer } = people;
const auditor = { user_id: 9, preferred_username: 'auditor', scopes: ['audit:read'], jti: 'token-of-the-auditor' };
const rosterUrl = '/api/lms/v1/roster';

const service = shared(() => openCourse({ midterm: {} }));
const { request: ask } = service;
let examId: number;
let attemptId: number;
let externalId: string;

beforeAll(async () => {
  examId = service.exams.midterm;
  attemptId = await service.createAttempt(alice, examId, { start_clock: 'true' });
  [{ external_id: externalId }] = await service.query('select external_id from attempts');
});

const entriesWhere = async (condition: string) =>
  (await service.database.owner.query(`select * from access_log where ${condition} order by id`)).rows;

/** The entries with the outcome of a request. They may be written up to a second after its answer. */
const entriesOf = async (requestId: string) => {
  let entries: any[] = [];
  await until(`the entry of ${requestId}`, async () => {
    entries = await entriesWhere(`request_id = '${requestId}' and outcome <> 'begun'`);
    return entries.some(({ rights }) => rights === null);
  });
  return entries;
};

it('a refusal is recorded with its user, token and request', async () => {
  const url = `${root}/attempt/${attemptId}`;
  expect((await ask(bob, 'GET', url, undefined, { 'x-request-id': 'refused-1' })).status).toBe(403);
  const [entry] = await entriesOf('refused-1');
  expect(entry).toMatchObject({ action: `GET ${root}/attempt/:attemptId`, outcome: 'refused', status: 403 });
  expect(entry.objects).toEqual([`attempt:${attemptId}`, 'user:2']);
  expect(entry).toMatchObject({ user_id: '3', token_id: expect.stringMatching(/^[\w-]{22}$/) });
});

it('many requests without a login are one entry with their number', async () => {
  const url = `${root}/exam/exam_id/${examId}`;
  const flood = Array.from({ length: 50 }, () => ask(undefined, 'GET', url));
  for (const { status } of await Promise.all(flood)) expect(status).toBe(403);
  const counted = async () => {
    const entries = await entriesWhere(`user_id is null and action = 'GET ${root}/exam/exam_id/:examId'`);
    return { entries: entries.length, times: entries.reduce((sum, { times }) => sum + times, 0) };
  };
  await until('all refusals are recorded', async () => (await counted()).times === 50);
  expect((await counted()).entries).toBeLessThan(10);
});

it("a read of a course's attempts by staff is recorded with the number of rows, and so is a read that finds nothing", async () => {
  await ask(teacher, 'GET', `${root}/attempt/grouped/course_id/${courseId}`, undefined, { 'x-request-id': 'read-1' });
  const [read] = await entriesOf('read-1');
  expect(read).toMatchObject({ user_id: '4', outcome: 'done', status: 200, row_count: expect.any(String) });
  expect(read.objects).toEqual([`course:${courseId}`]);
  const { status } = await ask(staff, 'GET', `${root}/attempt/999999`, undefined, { 'x-request-id': 'read-2' });
  const [missed] = await entriesOf('read-2');
  expect(missed).toMatchObject({ outcome: 'failed', status, objects: ['attempt:999999'] });
});

it("a learner's own requests are not recorded and need no statement for the access log", async () => {
  const texts: string[] = [];
  const query = pg.Client.prototype.query as any;
  const spy = jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: any, ...args: any[]) {
    texts.push(String(args[0].text ?? args[0]));
    return query.apply(this, args);
  } as any);
  try {
    const before = await entriesWhere('user_id = 2');
    const url = `${root}/attempt/${attemptId}`;
    expect((await ask(alice, 'GET', url)).status).toBe(200);
    expect((await ask(alice, 'GET', `${root}/attempt`)).status).toBe(200);
    expect((await ask(alice, 'PUT', url, { action: 'stop' }, { 'x-request-id': 'stop-1' })).status).toBe(200);
    expect((await ask(alice, 'PUT', url, { action: 'start' })).status).toBe(200);
    await ask(staff, 'GET', `${root}/${courseId}/allowance`, undefined, {
      'x-request-id': 'after the polls'.replaceAll(' ', '-'),
    });
    await entriesOf('after-the-polls'); // entries that waited are written with this one
    expect(await entriesWhere('user_id = 2')).toEqual(before);
    expect(texts.filter((text) => text.includes('into access_log'))).toHaveLength(1);
  } finally {
    spy.mockRestore();
  }
});

it('reviews are recorded with their outcome: quarantined, refused or accepted', async () => {
  const url = `${root}/attempt/${externalId}/reviewed`;
  const send = (person: Person, id: string, body: object) => ask(person, 'POST', url, body, { 'x-request-id': id });
  await send(reviewer, 'review-1', { status: 'no such status' });
  await send(bob, 'review-2', { status: 'passed', comments: [] });
  await send(reviewer, 'review-3', { status: 'passed', comments: [] });
  const [quarantined] = await entriesOf('review-1');
  expect(quarantined).toMatchObject({ user_id: '5', outcome: 'quarantined', status: 400 });
  expect(quarantined.objects).toEqual(['user:2', `attempt:${attemptId}`]);
  expect((await entriesOf('review-2'))[0]).toMatchObject({ user_id: '3', outcome: 'refused', status: 403 });
  expect((await entriesOf('review-3'))[0]).toMatchObject({ user_id: '5', outcome: 'accepted', status: 200 });
});

it('a retirement is recorded with its learner', async () => {
  const superuser = { user_id: 8, preferred_username: 'registrar', superuser: true };
  const url = '/api/edx_proctoring/v1/retire_user/77/';
  expect((await ask(superuser, 'POST', url, undefined, { 'x-request-id': 'retire-1' })).status).toBe(204);
  expect((await entriesOf('retire-1'))[0]).toMatchObject({ user_id: '8', outcome: 'done', objects: ['user:77'] });
});

describe('rights', () => {
  it('are recorded in the transaction that changes them, with the user, the request and each change', async () => {
    const change = {
      users: [{ ...roster.users[2], is_staff: true, groups: ['test_review'] }],
      course_staff: [{ user: 'bob', course_id: courseId }],
      removed: { course_staff: [{ user: 'teacher', course_id: courseId, role: 'staff' }] },
    };
    const { status } = await ask(staff, 'PUT', rosterUrl, change, { 'x-request-id': 'rights-1' });
    expect(status).toBe(200);
    const entries = await entriesOf('rights-1');
    expect(entries.flatMap(({ rights }) => rights ?? [])).toEqual([
      { user_id: 3, gained: ['group test_review', 'staff'], lost: [] },
      { user_id: 3, gained: [`staff of ${courseId}`], lost: [] },
      { user_id: 4, gained: [], lost: [`staff of ${courseId}`] },
    ]);
    for (const entry of entries) expect(entry).toMatchObject({ user_id: '1', action: `PUT ${rosterUrl}` });
    expect(entries.at(-1)).toMatchObject({ outcome: 'done', status: 200, row_count: '3' });
  });

  it('are recorded even if they change without the service', async () => {
    await service.database.owner.query('update users set is_superuser = true where id = 3');
    await service.database.owner.query('update users set is_active = false where id = 3');
    const entries = await entriesWhere(`rights @> '[{"user_id": 3}]' and user_id is null`);
    expect(entries.flatMap(({ rights }) => rights)).toEqual([
      { user_id: 3, gained: ['superuser'], lost: [] },
      { user_id: 3, gained: [], lost: ['group test_review', 'staff', 'superuser'] },
    ]);
  });

  it('that do not change leave no entry', async () => {
    await ask(staff, 'PUT', rosterUrl, { users: [roster.users[0]] }, { 'x-request-id': 'rights-2' });
    expect((await entriesOf('rights-2')).map(({ rights }) => rights)).toEqual([null]);
  });
});

describe('a change of data of other users', () => {
  const grant = { user_info: 'alice', key: 'additional_time_granted', value: '10' };
  const superuser = { ...staff, superuser: true };
  const secondExam = { ...publishedExam('second'), external_id: 'a' };

  it.each<[string, Person, string, () => string, () => unknown]>([
    ['the roster', staff, 'PUT', () => rosterUrl, () => roster],
    ['an allowance', teacher, 'PUT', () => `${root}/allowance`, () => ({ ...grant, exam_id: examId })],
    [
      'exams',
      staff,
      'PATCH',
      () => `${root}/exam_registration/course_id/${courseId}`,
      () => [publishedExam('midterm'), secondExam],
    ],
    [
      'a resumed attempt',
      teacher,
      'PUT',
      () => `${root}/attempt/${attemptId}`,
      () => ({ action: 'mark_ready_to_resume', user_id: 2 }),
    ],
    ['the set-up of an attempt', reviewer, 'POST', () => `${root}/attempt/${externalId}/ready`, () => ({})],
    ['a review', reviewer, 'POST', () => `${root}/attempt/${externalId}/reviewed`, () => ({ status: 'unknown' })],
    ['a retirement', superuser, 'POST', () => '/api/edx_proctoring/v1/retire_user/77/', () => undefined],
    [
      'a retirement at providers',
      superuser,
      'POST',
      () => '/api/edx_proctoring/v1/retire_backend_user/77/',
      () => undefined,
    ],
    ['a reset', teacher, 'DELETE', () => `${root}/exam_id/${examId}/user_id/3/reset_attempts`, () => undefined],
  ])('is recorded before it happens: %s', async (what, person, method, url, body) => {
    const requestId = `begins-${what.replaceAll(' ', '-')}`;
    await service.database.owner.query(
      `alter table access_log add constraint broken check (request_id <> '${requestId}') not valid`,
    );
    const before = await written();
    const refused = await ask(person, method, url(), body(), { 'x-request-id': requestId });
    const after = await written();
    await service.database.owner.query('alter table access_log drop constraint broken');
    expect(refused).toMatchObject({ status: 503, body: { detail: expect.stringContaining('could not be recorded') } });
    expect(after).toEqual(before);
    await ask(person, method, url(), body(), { 'x-request-id': requestId });
    expect((await entriesWhere(`request_id = '${requestId}'`))[0]).toMatchObject({
      outcome: 'begun',
      user_id: String(person.user_id),
      status: null,
    });
  });

  /** The rows that these requests change, as text. */
  const written = async () => {
    const tables = ['events', 'users', 'quarantined_callbacks', 'learner_keys', 'vendor_retirements'];
    const rows = await Promise.all(
      tables.map((table) => service.database.owner.query(`select ${table}::text from ${table}`)),
    );
    return JSON.stringify(rows.map((each) => each.rows));
  };
});

it('events have the id of the request that led to them', async () => {
  const { body } = await ask(auditor, 'GET', `/api/audit/v1/attempts/${attemptId}/history`);
  expect(body).toMatchObject({ problem: null });
  const stopped = body.events.find(({ type }: any) => type === 'AttemptStopped');
  expect(stopped.metadata).toMatchObject({ requestId: 'stop-1', actor: { userId: 2 } });
});

describe('the access log', () => {
  const list = async (query: string, person: Person = auditor, headers = {}) => {
    const { status, body } = await ask(person, 'GET', `/api/audit/v1/access?${query}`, undefined, headers);
    return {
      status,
      entries:
        status === 200
          ? String(body)
              .split('\n')
              .filter(Boolean)
              .map((line) => JSON.parse(line))
          : body,
    };
  };

  it('can be read by auditors: by user, object and time', async () => {
    await ask(staff, 'GET', `${root}/${courseId}/allowance`, undefined, { 'x-request-id': 'list-1' });
    await entriesOf('list-1');
    const ofStaff = (await list('user_id=1')).entries;
    expect(ofStaff.length).toBeGreaterThan(3);
    expect(new Set(ofStaff.map(({ user_id }: any) => user_id))).toEqual(new Set([1]));
    const ofBob = (await list('object=user:3')).entries;
    expect(ofBob.map(({ rights }: any) => rights).filter(Boolean).length).toBeGreaterThan(2);
    const { at } = ofStaff.find(({ request_id }: any) => request_id === 'list-1');
    expect((await list(`from=${at}&until=${at}`)).entries).toEqual([]);
    const since = (await list(`user_id=1&from=${at}`)).entries;
    expect(since.find(({ request_id }: any) => request_id === 'list-1')).toMatchObject({ rows: 1 });
  });

  it('records that it is read: once before the first byte, and afterwards with the number of entries', async () => {
    await list('user_id=1', auditor, { 'x-request-id': 'list-2' });
    await until('both entries', async () => (await entriesOf('list-2')).length === 2);
    const [before, after] = await entriesOf('list-2');
    expect(before).toMatchObject({ user_id: '9', token_id: 'token-of-the-auditor', row_count: null });
    expect(Number(after.row_count)).toBeGreaterThan(3);
  });

  it('cannot be read by anybody else, and refuses bad filters', async () => {
    for (const person of [alice, teacher]) expect((await list('', person)).status).toBe(403);
    expect((await list('object=somebody')).status).toBe(400);
    expect((await list('from=yesterday')).status).toBe(400);
  });

  it.each([
    ['the service', () => service.database.pool],
    ['the owner', () => service.database.owner],
  ])('cannot be changed by %s', async (_, pool) => {
    const statements = ['update access_log set user_id = 1', 'delete from access_log', 'truncate access_log'];
    for (const statement of statements)
      await expect(pool().query(statement)).rejects.toThrow(/append-only|permission denied/);
  });

  it('does not let the service set the time of an entry', () =>
    expect(
      service.database.pool.query("insert into access_log (at, action, outcome) values ('2020-01-01', 'x', 'done')"),
    ).rejects.toThrow('permission denied'));

  it('is pruned by age, but keeps entries younger than 30 days', async () => {
    const { owner, pool } = service.database;
    await owner.query(
      `insert into access_log (at, action, outcome) select now() - make_interval(days => age), 'aged', 'done'
         from unnest(array[401, 399, 31, 29]) as age`,
    );
    const aged = async () => (await entriesWhere(`action = 'aged'`)).length;
    await pruneAccessLog(pool, 400);
    expect(await aged()).toBe(3);
    await pruneAccessLog(pool, 0);
    expect(await aged()).toBe(1);
  });
});
