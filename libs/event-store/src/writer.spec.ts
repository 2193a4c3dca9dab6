import pg from 'pg';
import { poolOptions } from '#configuration';
import { type Database, openDatabase } from '../../../test/database.js';
import { EventStore, type Inline, start } from './index.js';
import { created, metadata, started, until } from './testing.js';

/** A projection of which the learners "unlucky" and "slow" are never part, or late. */
const projected: Inline = (stream) => [
  { name: 'project', text: 'insert into projected (stream) values ($1)', values: [stream] },
  ...(stream.startsWith('slow') ? [{ text: 'select pg_sleep(60)', values: [] }] : []),
];

describe('appends that come at the same time', () => {
  let db: Database;
  let pool: pg.Pool;
  let store: EventStore;

  beforeEach(async () => {
    db = await openDatabase();
    await db.owner.query(`create table projected (stream text primary key check (stream not like 'unlucky%'))`);
    await db.owner.query('grant all on projected to public');
    pool = new pg.Pool(poolOptions(db.url, { max: 5 }));
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

  it('share transactions, and each learns its own place', async () => {
    const all = learners('ada', 120);
    const appended = await Promise.all(all.map((stream) => append(stream, `key of ${stream}`)));
    for (const [index, events] of appended.entries()) expect(events).toEqual(await store.read(all[index]));
    expect(new Set(appended.map(([{ xid }]) => xid)).size).toBeLessThan(10);
    expect(await projections()).toEqual([...all].sort());
    expect(await store.firstAnswer('key of ada-7')).toBe('ada-7');
  });

  it('fail by themselves', async () => {
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

  it('are all told when their connection dies, and later ones succeed', async () => {
    const failed = Promise.allSettled(['bob', 'slow', 'eve', 'zoe'].map((stream) => append(stream)));
    const sleeping = `select pg_terminate_backend(pid) from pg_stat_activity where query = 'select pg_sleep(60)'`;
    await until('the slow one is reached', async () => (await db.owner.query(sleeping)).rowCount === 1);
    const outcomes = (await failed).map(({ status }) => status);
    const stored = await store.readMany(['bob', 'slow', 'eve', 'zoe']);
    expect([...stored.values()].map(({ length }) => (length > 0 ? 'fulfilled' : 'rejected'))).toEqual(outcomes);
    expect(outcomes).toContain('rejected');
    expect(await append('max')).toHaveLength(2);
  });
});
