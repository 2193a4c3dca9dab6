import { randomBytes } from 'node:crypto';
import { pruneAnswers } from '#commands';
import { shared } from '../support/hooks.js';
import { openCourse, type Person, people, publishedExam, root } from '../support/service.js';

const { staff, alice, bob } = people;

const nine = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`exam ${index}`, {}]));
const service = shared(() => openCourse(nine));
let examIds: number[];

beforeAll(() => {
  examIds = Object.values(service.exams);
});

const ask = (person: Person, key: string, method: string, url: string, body?: object | string) =>
  service.request(person, method, url, body, { 'idempotency-key': key });
const create = async (person: Person, key: string = randomBytes(9).toString('base64')) => {
  const body = { exam_id: examIds.pop(), attempt_proctored: 'true', start_clock: 'false' };
  return `${root}/attempt/${(await ask(person, key, 'POST', `${root}/attempt`, body)).body.exam_attempt_id}`;
};
const statusOf = async (attempt: string) => (await service.request(alice, 'GET', attempt)).body.status;
const newExam = (name: string) => ({ ...publishedExam(name), external_id: 'x' });
const eventCount = async () =>
  Number((await service.database.owner.query('select count(*) from events')).rows[0].count);
const usedBefore = { status: 422, body: { detail: expect.stringContaining('another method, path or body') } };

describe('a repeated request with the same Idempotency-Key gets the first answer and changes nothing', () => {
  const twice = async (person: Person, method: string, url: string, body?: object, key = `${method} ${url}`) => {
    const first = await ask(person, key, method, url, body);
    expect(first.status).toBe(200);
    const before = await eventCount();
    const { status, body: again } = await ask(person, key, method, url, body);
    expect({ status, body: again, events: await eventCount() }).toEqual({
      status: 200,
      body: first.body,
      events: before,
    });
    return first.body;
  };

  it('when an attempt is created and removed', async () => {
    const body = { exam_id: examIds.pop(), attempt_proctored: 'true', start_clock: 'true' };
    const { exam_attempt_id: id } = await twice(alice, 'POST', `${root}/attempt`, body);
    await twice(staff, 'DELETE', `${root}/attempt/${id}`);
  });

  it('when an exam is created', () => twice(staff, 'POST', `${root}/exam`, newExam('created')));

  it('with a long key, too', () =>
    twice(staff, 'POST', `${root}/exam`, newExam('long'), randomBytes(7_500).toString('base64')));
});

describe('an Idempotency-Key is refused', () => {
  it('for another action: the key of a start does not submit the exam, and the client gets an error', async () => {
    const attempt = await create(alice);
    expect((await ask(alice, 'k1', 'PUT', attempt, { action: 'start' })).status).toBe(200);
    expect(await ask(alice, 'k1', 'PUT', attempt, { action: 'submit' })).toMatchObject(usedBefore);
    expect(await statusOf(attempt)).toBe('started');
    expect((await ask(alice, 'k2', 'PUT', attempt, { action: 'submit' })).status).toBe(200);
    expect(await statusOf(attempt)).toBe('submitted');
  });

  it('for another attempt, method or query, and for other bytes of the same JSON', async () => {
    const [attempt, another] = [await create(alice), await create(alice)];
    const start = '{"action":"start"}';
    const send = (method: string, url: string, body?: string) =>
      service.request(alice, method, url, body, { 'idempotency-key': 'k3', 'content-type': 'application/json' });
    expect((await send('PUT', attempt, start)).status).toBe(200);
    expect(await send('PUT', another, start)).toMatchObject(usedBefore);
    expect(await send('POST', `${root}/attempt`, start)).toMatchObject(usedBefore);
    expect(await send('PUT', `${attempt}?again`, start)).toMatchObject(usedBefore);
    expect(await send('PUT', attempt, '{"action": "start"}')).toMatchObject(usedBefore);
    expect((await send('PUT', attempt, start)).status).toBe(200);
  });

  it('after a crash between the first request and its answer, too', async () => {
    const attempt = await create(alice);
    await ask(alice, 'k4', 'PUT', attempt, { action: 'start' });
    await service.database.owner.query(`update idempotency_keys set answer = null, running_until = now()`);
    expect(await ask(alice, 'k4', 'PUT', attempt, { action: 'submit' })).toMatchObject(usedBefore);
    const before = await eventCount();
    expect((await ask(alice, 'k4', 'PUT', attempt, { action: 'start' })).status).toBe(200);
    expect(await eventCount()).toBe(before);
  });
});

it('after a refusal the corrected request can use the same key', async () => {
  const wrong = { ...newExam('corrected'), time_limit_mins: 'many' };
  expect((await ask(staff, 'k5', 'POST', `${root}/exam`, wrong)).status).toBe(400);
  expect((await ask(staff, 'k5', 'POST', `${root}/exam`, newExam('corrected'))).status).toBe(200);
});

it('different learners can use the same key', async () => {
  expect(await create(alice, 'ours')).not.toBe(await create(bob, 'ours'));
});

it('keys of callers without a login are ignored', async () => {
  const callback = (attempt: string) =>
    service.request(
      undefined,
      'POST',
      '/api/edx_proctoring/proctoring_review_callback/',
      { examMetaData: attempt },
      {
        'idempotency-key': 'everybody uses this one',
      },
    );
  const keys = async () => (await service.database.owner.query('select from idempotency_keys')).rowCount;
  const before = await keys();
  const answers = [await callback('one'), await callback('two')];
  expect(answers.map(({ status }) => status)).toEqual([403, 403]);
  expect(await keys()).toBe(before);
});

it('if several requests come at once, one does the work, and the others wait or get 409', async () => {
  const send = () => ask(staff, 'rush', 'POST', `${root}/exam`, newExam('rush'));
  const answers = await Promise.all(Array.from({ length: 5 }, send));
  const done = answers.filter(({ status }) => status === 200);
  expect(new Set(done.map(({ body }) => body.exam_id)).size).toBe(1);
  for (const { status, headers } of answers.filter((each) => !done.includes(each)))
    expect([status, headers['retry-after']]).toEqual([409, '1']);
  expect((await send()).body).toEqual(done[0].body);
});

it('a pruned key is a new key, and a younger one stays', async () => {
  const { owner, pool } = service.database;
  const attempt = await create(alice);
  const put = (action: string) => ask(alice, action, 'PUT', attempt, { action });
  for (const action of ['start', 'stop', 'start']) expect((await put(action)).status).toBe(200);
  expect(await statusOf(attempt)).toBe('ready_to_submit');
  for (const table of ['idempotency_keys', 'commands'])
    await owner.query(`update ${table} set recorded_at = recorded_at - interval '31 days'`);
  await ask(alice, 'young', 'PUT', attempt, { action: 'stop' });
  await pruneAnswers(pool, 30);
  expect((await owner.query('select from idempotency_keys')).rowCount).toBe(1);
  expect((await owner.query('select from commands')).rowCount).toBe(1);
  expect((await put('start')).status).toBe(200);
  expect(await statusOf(attempt)).toBe('started');
});
