import { Database } from '../../libs/connections/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { projections, type RebuildOptions, rebuild } from '../../libs/read-models/src/index.js';
import { openCourse, people, publishedExam, root } from '../support/service.js';

const { staff, alice } = people;
const rebuildOne = async (table: string, options?: RebuildOptions) =>
  (await rebuild(owner, [byName(table)], options))[0];
const byName = (table: string) => projections.find((projection) => projection.table === table)!;

let service: Awaited<ReturnType<typeof openCourse>>;
let owner: Database;

beforeAll(async () => {
  service = await openCourse({ midterm: {}, final: {} });
  // As in the operators' command: a pool of the tables' owner, without pipelining.
  owner = new Database({ connectionString: service.database.urls.owner });
  await service.createAttempt(alice, service.exams.midterm, { start_clock: 'true' });
});
afterAll(async () => {
  await owner.end();
  await service.close();
});

const act = (method: string, path: string, body: object) => service.request(alice, method, `${root}${path}`, body);
const statusOfAttempt = async () => (await owner.query('select status from attempts')).rows[0].status;

it.each(projections.map(({ table }) => table))('rebuilt %s equal the rows that the appends wrote', async (table) => {
  const before = (await owner.query(`select * from ${table} order by id`)).rows;
  expect(await rebuildOne(table)).toMatchObject({ differing: [], swapped: true, rows: before.length });
  expect((await owner.query(`select * from ${table} order by id`)).rows).toEqual(before);
});

it('the service works with the rebuilt tables, and a second rebuild finds no difference', async () => {
  const { rows } = await owner.query('select id from attempts');
  expect(await act('PUT', `/attempt/${rows[0].id}`, { action: 'submit' })).toMatchObject({ status: 200 });
  expect(await statusOfAttempt()).toBe('submitted');
  const twice = await service.request(staff, 'POST', `${root}/exam`, { ...publishedExam('midterm'), external_id: 'x' });
  expect(twice.body).toEqual({ non_field_errors: ['The fields course_id, content_id must make a unique set.'] });
  expect(await rebuildOne('attempts')).toMatchObject({ differing: [], swapped: true });
});

it('a row that differs from the log is found, and replaced only with the option', async () => {
  const { rows } = await owner.query("update attempts set status = 'verified' returning id");
  const id = Number(rows[0].id);
  expect(await rebuildOne('attempts')).toMatchObject({ differing: [id], swapped: false });
  expect(await statusOfAttempt()).toBe('verified');
  expect(await rebuildOne('attempts', { replaceDiffering: true })).toMatchObject({ swapped: true });
  expect(await statusOfAttempt()).toBe('submitted');
});

it('a rebuild also renews columns that triggers keep of a read model', async () => {
  const { onboarding } = await service.publish({ onboarding: { is_practice_exam: true } });
  await service.createAttempt(alice, onboarding, { start_clock: 'true' });
  const kept = async () =>
    (await owner.query('select onboarding from enrollments where user_id = $1', [alice.user_id])).rows;
  expect(await kept()).toEqual([{ onboarding: '1 started' }]);
  for (const table of ['attempts', 'exams']) {
    await owner.query(`update enrollments set onboarding = 'rejected'`);
    expect(await rebuildOne(table)).toMatchObject({ swapped: true });
    expect(await kept()).toEqual([{ onboarding: '1 started' }]);
  }
});

it('one pass over the log rebuilds all read models, and tables keep their settings', async () => {
  await owner.query('alter table attempts set (fillfactor = 70)');
  let events = 0;
  const rebuilt = await rebuild(owner, projections, { onEvents: (count) => (events += count) });
  expect(rebuilt).toEqual(
    projections.map(({ table }) => expect.objectContaining({ table, differing: [], swapped: true })),
  );
  expect((await owner.query('select count(*)::int from events')).rows).toEqual([{ count: events }]);
  const { rows } = await owner.query(`select reloptions from pg_class where oid = 'attempts'::regclass`);
  expect(rows).toEqual([{ reloptions: ['fillfactor=70'] }]);
});

it('a swap that waits for an open transaction does not block the creation of an exam', async () => {
  const open = await owner.connect();
  await open.query('begin; lock table exams in row exclusive mode');
  let isSwapped = false;
  const rebuilt = rebuildOne('exams').finally(() => {
    isSwapped = true;
  });
  const waits = async () =>
    (await owner.query(`select from pg_locks where relation = 'exams'::regclass and not granted`)).rows.length > 0;
  await until('the swap waits for its lock', waits);
  const creation = { ...publishedExam('meanwhile'), external_id: 'x' };
  expect(await service.request(staff, 'POST', `${root}/exam`, creation)).toMatchObject({ status: 200 });
  expect(isSwapped).toBe(false);
  await open.query('commit');
  open.release();
  expect(await rebuilt).toMatchObject({ differing: [], swapped: true });
});

it('appends go on while a read model is rebuilt', async () => {
  let stop = false;
  const busy = (async () => {
    for (let name = 0; !stop; name++)
      await service.request(staff, 'POST', `${root}/exam`, { ...publishedExam(`exam ${name}`), external_id: 'x' });
  })();
  for (let round = 0; round < 5; round++)
    expect(await rebuildOne('exams')).toMatchObject({ differing: [], swapped: true });
  stop = true;
  await busy;
  expect(await rebuildOne('exams')).toMatchObject({ differing: [] });
});
