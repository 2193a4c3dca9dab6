import { verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { pruneCallbacks, quarantine, quarantinedCallbacks, readableReviews } from '#commands';
import { EventStore } from '#event-store';
import { userById } from '#roster';
import { fresh } from '../support/hooks.js';
import { courseId, openCourse, type Person, people, root, roster } from '../support/service.js';

const { staff, bob } = people;
const superuser = { ...staff, superuser: true };

const service = fresh(() => openCourse({ midterm: {} }));
const { request: ask, query } = service;
let exam: number;
beforeEach(() => {
  exam = service.exams.midterm;
});

const retire = (userId: number) => ask(superuser, 'POST', `/api/edx_proctoring/v1/retire_user/${userId}/`);
const newAttempt = (person: Person) =>
  ask(person, 'POST', `${root}/attempt`, { exam_id: exam, attempt_proctored: 'true' });

/** The rows of all tables as text. */
async function dump(): Promise<string> {
  const tables = await query(`select oid::regclass::text as name from pg_class
    where relkind = 'r' and relnamespace in ('public'::regnamespace, 'pg_catalog'::regnamespace) and relname <> 'pg_proc'`);
  const rows = [];
  for (const { name } of tables) rows.push(...(await query(`select row_to_json(t)::text as row from ${name} t`)));
  return rows.map(({ row }) => row).join('\n');
}

describe('after the retirement of a learner', () => {
  it('no table has the name, not even the statistics of PostgreSQL', async () => {
    await ask(staff, 'PUT', '/api/lms/v1/roster', {
      users: [{ id: 3, username: 'bob_the_former', email: 'former@example.org' }],
    });
    await ask(staff, 'PUT', '/api/lms/v1/roster', {
      users: [{ id: 3, username: 'bob_of_now', email: 'bob_now@example.org', full_name: 'Robert Now' }],
      verified_names: [
        { user: 3, verified_name: 'Robert Verified', status: 'approved' },
        { user: 3, verified_name: 'Robert Second', status: 'approved' },
      ],
    });
    expect((await newAttempt(bob)).status).toBe(200);
    await query('analyze');
    const names = /bob_|former@|Robert/;
    expect(await dump()).toMatch(names);
    expect(await retire(3)).toMatchObject({ status: 204 });
    expect((await dump()).match(names)).toBeNull();
  });

  it('answers that were kept for repeated requests no longer have the names', async () => {
    const bulk = { exam_ids: `${exam}`, user_ids: 'bob,bob@example.org,nobody', allowance_type: 'note', value: 'x' };
    const again = () => ask(staff, 'PUT', `${root}/${courseId}/bulk_allowance`, bulk, { 'Idempotency-Key': 'k' });
    expect((await again()).status).toBe(207);
    expect((await again()).body).toHaveLength(3);
    expect(await retire(3)).toMatchObject({ status: 204 });
    expect(await again()).toMatchObject({ status: 422, body: { detail: expect.stringMatching(/no longer kept/) } });
    expect(JSON.stringify(await query('select * from idempotency_keys'))).not.toMatch(/bob/);
  });

  it('no key of an allowance that names the learner is left', async () => {
    const allowance = { exam_id: exam, user_info: 'bob', key: 'for Bob Planted', value: 'x' };
    const put = (value: string) => ask(staff, 'PUT', `${root}/allowance`, { ...allowance, value });
    const shown = async () =>
      (await ask(staff, 'GET', `${root}/${courseId}/allowance`)).body.map(({ key, value }: any) => [key, value]);
    await put('x');
    await put('y');
    await put('y');
    expect(await shown()).toEqual([['for Bob Planted', 'y']]);
    expect(await query(`select from events where type ~ '^Allowance'`)).toHaveLength(2);
    await ask(staff, 'DELETE', `${root}/allowance`, { ...allowance, user_id: 3 });
    expect(await shown()).toEqual([]);
    await put('z');
    expect(await dump()).not.toMatch(/Planted/);
    await retire(3);
    expect(await shown()).toEqual([['', '']]);
  });

  it('no review can be read, also of an attempt that was removed before; its status stays, and nothing follows', async () => {
    const reviewer = { ...staff, roles: ['test_review'] };
    const comments = [{ comment: 'Bob Planted looks away', status: 'suspicious' }];
    const review = { status: 'suspicious', comments, note: 'Bob Planted' };
    const reviewed = async () => {
      await newAttempt(bob);
      const [attempt] = await query('select id::int, external_id from attempts where user_id = 3');
      const { status } = await ask(reviewer, 'POST', `${root}/attempt/${attempt!.external_id}/reviewed`, review);
      expect(status).toBe(200);
      return attempt!.id as number;
    };
    const first = await reviewed();
    expect((await ask(staff, 'DELETE', `${root}/attempt/${first}`)).status).toBe(200);
    const second = await reviewed();
    const history = () => service.app.get(EventStore).read(`attempts-${exam}-3`);
    const readable = async (attempt: number) =>
      readableReviews(service.database.pool, { examId: exam, userId: 3 }, await history(), attempt);
    for (const attempt of [first, second]) expect(await readable(attempt)).toMatchObject([{ comments }]);
    const before = await history();
    expect(await retire(3)).toMatchObject({ status: 204 });
    for (const attempt of [first, second])
      expect(await readable(attempt)).toMatchObject([{ status: 'Suspicious', commentCount: 1, comments: null }]);
    expect(await dump()).not.toMatch(/Planted/);
    expect(await history()).toEqual(before);
  });

  it('neither the roster nor a token bring the person back', async () => {
    expect(await retire(3)).toMatchObject({ status: 204 });
    const document = {
      ...roster,
      verified_names: [{ user: 'bob', verified_name: 'Bob', status: 'approved' }],
      course_staff: [{ user: 'bob', course_id: courseId }],
    };
    expect((await ask(staff, 'PUT', '/api/lms/v1/roster', document)).status).toBe(200);
    expect((await newAttempt(bob)).status).toBe(403);
    expect((await ask({ ...bob, administrator: true }, 'GET', '/api/audit/v1/events')).status).toBe(403);
    expect(await userById(service.database.pool, 3)).toEqual({
      ...{ id: 3, username: 'retired user 3', email: '', fullName: '' },
      ...{ isStaff: false, isSuperuser: false, isActive: false, groups: [] },
    });
    for (const table of ['enrollments', 'course_staff', 'verified_names'])
      expect(await query(`select from ${table} where user_id = 3`)).toEqual([]);
  });
});

it('a former name or address finds no retired learner, and an allowance for the id cannot be read', async () => {
  await retire(3);
  const grant = { exam_id: exam, key: 'note', value: 'for Bob Planted' };
  const many = { exam_ids: `${exam}`, user_ids: 'bob,bob@example.org', allowance_type: 'note', value: 'x' };
  for (const user_info of ['bob', 'bob@example.org'])
    expect((await ask(staff, 'PUT', `${root}/allowance`, { ...grant, user_info })).status).toBe(400);
  expect((await ask(staff, 'PUT', `${root}/${courseId}/bulk_allowance`, many)).status).toBe(400);
  expect((await ask(staff, 'PUT', `${root}/allowance`, { ...grant, user_info: 3 })).status).toBe(200);
  const shown = (await ask(staff, 'GET', `${root}/${courseId}/allowance`)).body;
  expect(shown).toMatchObject([{ key: '', value: '', user: { id: 3, username: 'retired user 3', email: '' } }]);
  expect(await dump()).not.toMatch(/Planted/);
});

it('an unknown id is not retired, so a later learner with this id is like any other', async () => {
  expect((await retire(77)).status).toBe(204);
  expect(await query(`select from events where type = 'LearnerRetired'`)).toEqual([]);
  await ask(staff, 'PUT', '/api/lms/v1/roster', {
    users: [{ id: 77, username: 'new', email: 'new@example.org' }],
    enrollments: [{ user: 77, course_id: courseId, mode: 'verified' }],
  });
  expect((await newAttempt({ user_id: 77, preferred_username: 'new' })).status).toBe(200);
  expect(await query('select email, is_active from users where id = 77')).toEqual([
    { email: 'new@example.org', is_active: true },
  ]);
});

describe('a review that was refused', () => {
  const codeOf = async (person: Person) => {
    await newAttempt(person);
    return (await query(`select attempt_code from attempts where user_id = ${person.user_id}`))[0].attempt_code;
  };

  it('is kept for the learner of the attempt, even if it is malformed, and is deleted with the learner', async () => {
    const code = await codeOf(bob);
    await quarantine(service.database.pool, {
      route: 'review_callback',
      body: `{"examMetaData": {"examCode": "${code}"}, "note": "Bob Planted`,
      reason: 'It is no JSON: "Bob Planted',
    });
    const [kept] = await quarantinedCallbacks(service.database.pool);
    expect(kept).toMatchObject({ userId: 3, reason: 'It is no JSON: "Bob Planted' });
    expect(JSON.stringify(await query('select * from quarantined_callbacks'))).not.toMatch(/Planted/);
    await retire(3);
    expect(await query('select from quarantined_callbacks')).toEqual([]);
  });

  it('is not kept for a learner who is retired already', async () => {
    const code = await codeOf(bob);
    await retire(3);
    const late = { route: 'review_callback', body: code, reason: 'late' } as const;
    expect(await quarantine(service.database.pool, late)).toBe(false);
  });

  it('and names no known attempt is encrypted, and deleted after 30 days', async () => {
    const reviewer = { ...staff, roles: ['test_review'] };
    const unknown = 'api/edx_proctoring/v1/proctored_exam/attempt/Bob_Planted/reviewed';
    await ask(reviewer, 'POST', `/${unknown}`, { status: 'Bob_Planted' });
    expect(await quarantinedCallbacks(service.database.pool)).toMatchObject([{ externalId: 'Bob_Planted' }]);
    expect(JSON.stringify(await query('select * from quarantined_callbacks'))).not.toMatch(/Planted/);
    await pruneCallbacks(service.database.pool);
    expect(await query('select from quarantined_callbacks')).toHaveLength(1);
    await query(`update quarantined_callbacks set received_at = now() - interval '31 days'`);
    await pruneCallbacks(service.database.pool);
    expect(await query('select from quarantined_callbacks')).toEqual([]);
  });
});

describe('an erasure certificate', () => {
  const certificates = (person: Person = { ...people.alice, scopes: ['audit:read'] }) =>
    ask(person, 'GET', '/api/audit/v1/erasures/3');

  it('lists what was destroyed and what remains, and is signed', async () => {
    await newAttempt(bob);
    await retire(3);
    const { status, body } = await certificates();
    expect(status).toBe(200);
    const [{ certificate, signature, public_key }] = body.certificates;
    expect(certificate).toMatchObject({ user_id: 3, asked_for_by: { kind: 'user', userId: 1 } });
    expect(certificate.destroyed).toContainEqual(expect.objectContaining({ where: 'enrollments', rows: 1 }));
    expect(certificate.remains.map(({ where }: any) => where).join()).toMatch(/events.*backups/);
    expect(JSON.stringify(certificate)).not.toMatch(/bob/);
    const isSigned = (text: string) => verify(null, Buffer.from(text), public_key, Buffer.from(signature, 'base64'));
    expect(isSigned(canonicalize(certificate)!)).toBe(true);
    expect(isSigned(canonicalize({ ...certificate, user_id: 4 })!)).toBe(false);
  });

  it('exists once after a repeated retirement, and only auditors and staff can read it', async () => {
    expect((await certificates()).status).toBe(404);
    await retire(3);
    await retire(3);
    expect((await certificates(staff)).body.certificates).toHaveLength(1);
    expect((await certificates(people.alice)).status).toBe(403);
  });
});
