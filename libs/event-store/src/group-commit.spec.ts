import { poolOptions } from '#configuration';
import { Database as Pool } from '#connections';
import { openDatabase, type TestDatabase } from '../../../test/support/database.js';
import {
  EventStore,
  type Head,
  headOf,
  type InlineProjection,
  type RecordedEvent,
  start,
  VersionConflict,
} from './index.js';
import { created, metadata, started, until } from './testing.js';

/** A projection that fails for learners called "unlucky" and is slow for those called "slow". It counts its tries. */
const projected: InlineProjection = (stream) => [
  { text: `select nextval('tries')`, values: [] },
  { name: 'project', text: 'insert into projected (stream) values ($1)', values: [stream] },
  ...(stream.startsWith('slow') ? [{ text: 'select pg_sleep(60)', values: [] }] : []),
];

describe('appends that come at the same time', () => {
  let db: TestDatabase;
  let pool: Pool;
  let store: EventStore;

  beforeEach(async () => {
    db = await openDatabase();
    await db.owner.query(`create table projected (stream text primary key check (stream not like 'unlucky%'))`);
    await db.owner.query('create sequence tries');
    await db.owner.query('grant all on projected, tries to public');
    pool = new Pool(poolOptions(db.url, { max: 8 }));
    pool.on('error', () => {});
    store = new EventStore(pool, projected);
  });
  afterEach(async () => {
    await pool.end();
    await db.close();
  });

  const learners = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`);
  const append = (stream: string, key?: string, events = [created, started]) =>
    store.append([{ stream, after: start, events, metadata }], key ? { key, answer: stream } : undefined);
  const projections = async () =>
    (await db.owner.query('select stream from projected order by stream')).rows.map(({ stream }) => stream);

  it('share transactions, and each gets its own positions', async () => {
    const all = learners('ada', 120);
    const appended = await Promise.all(all.map((stream) => append(stream, `key of ${stream}`)));
    for (const [index, events] of appended.entries()) expect(events).toEqual(await store.read(all[index]));
    expect(new Set(appended.map(([{ xid }]) => xid)).size).toBeLessThan(10);
    expect(await projections()).toEqual([...all].sort());
    expect(await store.firstAnswer('key of ada-7')).toBe('ada-7');
  });

  it('fail alone', async () => {
    await append('ada-5');
    await append('bob-0', 'done before');
    const results = await Promise.allSettled([
      ...learners('ada', 10).map((stream) => append(stream)),
      append('unlucky'),
      append('bob-1', 'done before'),
      append('eve', 'same key'),
      append('zoe', 'same key'),
      append('max', undefined, [created]),
      append('max', undefined, [started]),
      store.append([], { key: 'no JSON', answer: 1n }),
    ]);
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(failures.map(String)).toEqual([
      'VersionConflict: ada-5: somebody else was faster',
      expect.stringContaining('new row for relation "projected" violates check constraint'),
      'AlreadyDone: This command was done before.',
      'AlreadyDone: This command was done before.',
      'VersionConflict: max: somebody else was faster',
      expect.stringContaining('BigInt'),
    ]);
    expect(await projections()).toEqual([...learners('ada', 10), 'bob-0', 'eve', 'max'].sort());
    expect(await store.read('max')).toMatchObject([created]);
  });

  const xidsOf = (appended: RecordedEvent[][]) => new Set(appended.map(([{ xid }]) => xid));

  it('commit in one transaction without the one that conflicts', async () => {
    await append('late');
    const [first, second, late, ...others] = [...learners('ada', 2), 'late', ...learners('bob', 9)].map((stream) =>
      append(stream),
    );
    await expect(late).rejects.toThrow(VersionConflict);
    await Promise.all([first, second]); // these were written at once, and the others waited for them
    expect(xidsOf(await Promise.all(others)).size).toBe(1);
  });

  it('are rolled back only once for one that fails again and again', async () => {
    const tries = async () => Number((await db.owner.query('select last_value from tries')).rows[0].last_value);
    const round = async (name: string) => {
      const before = await tries();
      const appends = learners(name, 12).map((stream) => append(stream));
      await expect(append('unlucky')).rejects.toThrow('check constraint');
      await Promise.all(appends);
      return (await tries()) - before;
    };
    await round('ada');
    // One for each learner, and one for the unlucky one.
    expect(await round('bob')).toBe(13);
  });

  it.each([
    ['stream', `select from streams where id like 'held%' for update`],
    ['projection', `insert into projected select 'held-' || n from generate_series(0, 3) as n`],
  ])('do not wait for one whose row of the %s is locked', async (_, statement) => {
    await append('zoe'); // the first event of a log begins its generation, and all others wait for that
    const held = learners('held', 4);
    const heads = new Map<string, Head>();
    const before = (stream: string) =>
      new EventStore(pool).append([{ stream, after: start, events: [created], metadata }]);
    if (statement.startsWith('select')) for (const stream of held) heads.set(stream, headOf(await before(stream)));
    const other = await db.owner.connect();
    await other.query('begin');
    await other.query(statement);
    const late: string[] = [];
    const next = async (stream: string) => {
      await store.append([{ stream, after: heads.get(stream) ?? start, history: [], events: [started], metadata }]);
      late.push(stream);
    };
    // The first two meet the lock alone, the last two in a batch.
    const first = held.slice(0, 2).map(next);
    const others = learners('ada', 20).map((stream) => append(stream));
    const last = held.slice(2).map(next);
    await Promise.all([...others, ...learners('bob', 20).map((stream) => append(stream))]);
    expect(late).toEqual([]);
    await other.query('rollback');
    other.release();
    await Promise.all([...first, ...last]);
    expect(late.sort()).toEqual(held);
  });

  it('all get their outcome when their connection dies, and later appends succeed', async () => {
    const failed = Promise.allSettled(['bob', 'slow', 'eve', 'zoe'].map((stream) => append(stream)));
    const sleeping = `select pg_terminate_backend(pid) from pg_stat_activity where query = 'select pg_sleep(60)'`;
    await until('the slow one is reached', async () => (await db.owner.query(sleeping)).rowCount === 1);
    const outcomes = (await failed).map(({ status }) => status);
    const recorded = await store.readMany(['bob', 'slow', 'eve', 'zoe']);
    expect([...recorded.values()].map(({ length }) => (length > 0 ? 'fulfilled' : 'rejected'))).toEqual(outcomes);
    expect(outcomes).toContain('rejected');
    expect(await append('max')).toHaveLength(2);
  });
});
