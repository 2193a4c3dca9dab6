import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { bringUpToDate } from '../../apps/bring-up-to-date.js';
import { beginning, replay } from '../../libs/event-store/src/index.js';
import { projections, rebuild } from '../../libs/read-models/src/index.js';
import { migrationNames } from '../../migrations/index.js';
import { migrateWithLogins, openDatabaseWith } from '../support/database.js';
import { openService, people, root } from '../support/service.js';

const { alice, bob, staff } = people;
const folder = 'test/support/fixtures/schemas';
const fixtures = readdirSync(folder).map((file) => file.replace('.sql', ''));

describe.each(fixtures)('a database of version %s', (version) => {
  let service: Awaited<ReturnType<typeof openService>>;
  const messages: string[] = [];
  const query = (text: string) => service.query(text);

  beforeAll(async () => {
    const database = await openDatabaseWith(async (urls) => {
      const client = new pg.Client(urls.owner);
      await client.connect();
      await client.query(readFileSync(join(folder, `${version}.sql`), 'utf8')).finally(() => client.end());
      await bringUpToDate(urls, { say: (line) => messages.push(line) });
      await migrateWithLogins(urls);
    });
    service = await openService({}, { database });
  });
  afterAll(() => service.close());

  it('is brought up to date by the start, and a second start changes nothing', async () => {
    expect(messages).toEqual(['The read models are rebuilt from the log.']);
    await bringUpToDate(service.database.urls, { say: (line) => messages.push(line) });
    expect(messages).toHaveLength(1);
    expect((await query('select name from migrations')).map(({ name }) => name)).toEqual(migrationNames);
    expect(await query(`select nspname from pg_namespace where nspname ~ 'earlier'`)).toEqual([]);
  });

  it('keeps the order of the log, the checkpoint of the relay, and the roster', async () => {
    const events = [];
    for await (const batch of replay(service.database.pool, { after: beginning })) events.push(...batch);
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['ExamCreated', 'AttemptCreated', 'AttemptStarted', 'AttemptSubmitted']),
    );
    expect(events.map(({ position }) => Number(position))).toEqual(events.map((_, index) => index + 1));
    const [{ position }] = await query(`select position from checkpoints where name = 'relay'`);
    expect(Number(position)).toBe(1 + Math.floor(events.length / 2));
    expect(await query('select username, names from enrollments order by user_id')).toEqual([
      { username: 'alice', names: 'alice\nalice@example.org' },
      { username: 'bob', names: 'bob\nbob@example.org' },
    ]);
  });

  it('has read models that equal the log', async () => {
    expect(await rebuild(service.database.owner, projections, { dryRun: true })).toEqual(
      projections.map(({ table }) => expect.objectContaining({ table, differing: [] })),
    );
    expect(await query('select onboarding from enrollments where user_id = 3')).toEqual([{ onboarding: '1 started' }]);
  });

  it('lets learners go on with their attempts, and new attempts get new ids', async () => {
    const poll = (learner: typeof alice, id: number) => service.request(learner, 'GET', `${root}/attempt/${id}`);
    expect((await poll(alice, 1)).body).toMatchObject({ status: 'submitted' });
    expect((await poll(bob, 2)).body).toMatchObject({ status: 'started' });
    const submitted = await service.request(bob, 'PUT', `${root}/attempt/2`, { action: 'submit' });
    expect(submitted).toMatchObject({ status: 200 });
    expect((await poll(bob, 2)).body).toMatchObject({ status: 'submitted' });
    const creation = { exam_id: 2, attempt_proctored: 'true', start_clock: 'true' };
    const created = await service.request(alice, 'POST', `${root}/attempt`, creation);
    expect(created.body.exam_attempt_id).toBeGreaterThan(3);
    expect((await service.request(staff, 'GET', '/health/ready')).body).toMatchObject({ status: 'ok' });
  });
});

it('no released migration is edited', () => {
  const released = readFileSync('migrations/released.sha256', 'utf8').trim().split('\n').sort();
  const now = readdirSync('migrations')
    .filter((file) => /^\d+-.*\.sql$/.test(file))
    .map(
      (file) =>
        `${createHash('sha256')
          .update(readFileSync(join('migrations', file)))
          .digest('hex')}  ${file}`,
    );
  expect(now).toEqual(expect.arrayContaining(released));
});
