import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { poolOptions } from '#configuration';
import { Database as Pool } from '#connections';
import type { Event } from '#domain';
import { openDatabase, type TestDatabase } from '../../../test/support/database.js';
import { EventStore, headOf, type InlineProjection, start, type Write } from './index.js';
import { created, metadata, started, until } from './testing.js';

/** A projection that counts the events of an attempt in a table. */
const counting: InlineProjection = (stream, history, appended) => [
  {
    name: 'count',
    text: `insert into counts (stream, events) values ($1, $2) on conflict (stream) do update set events = excluded.events`,
    values: [stream, history.length + appended.length],
  },
];

describe('an append and its projection', () => {
  let db: TestDatabase;
  let pool: Pool;
  let learner = 0;
  let stream: string;

  beforeAll(async () => {
    db = await openDatabase();
    await db.owner.query('create table counts (stream text primary key, events integer check (events < 5))');
    await db.owner.query('grant all on counts to public');
    // One connection: the next append meets any state that an append leaves on it.
    pool = new Pool(poolOptions(db.url, { max: 1 }));
    pool.on('error', () => {});
  });
  beforeEach(() => {
    stream = `attempts-4-${++learner}`;
  });
  afterAll(async () => {
    await pool.end();
    await db.close();
  });

  const first = (inline: InlineProjection, events: Event[] = [created]) =>
    new EventStore(pool, inline).append([{ stream, after: start, events, metadata }]);
  const with_ =
    (...writes: Write[]): InlineProjection =>
    (...given) => [...counting(...given), ...writes, ...counting(...given)];
  const count = async () =>
    (await db.pool.query('select events from counts where stream = $1', [stream])).rows[0]?.events;

  const expectNothingWritten = async () => {
    expect(await count()).toBeUndefined();
    expect(await new EventStore(db.pool).read(stream)).toEqual([]);
    // The connection is clean, and the same append works.
    expect((await first(counting)).map(({ version }) => version)).toEqual([1]);
    expect(await count()).toBe(1);
  };

  it('happen together', async () => {
    const appended = await first(counting, [created, started]);
    expect(await count()).toBe(2);
    const store = new EventStore(pool, counting);
    await store.append([{ stream, after: headOf(appended), events: [started], metadata }]); // reads the history itself
    expect(await count()).toBe(3);
  });

  it('take one round trip', async () => {
    const { hostname, port } = new URL(db.url);
    const packets: string[] = [];
    const proxy = createServer((near) => {
      const far = connect(Number(port), hostname);
      near.on('data', (data) => packets.push('>') && far.write(data)).on('end', () => far.end());
      far.on('data', (data) => packets.push('<') && near.write(data)).on('end', () => near.end());
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const near = Object.assign(new URL(db.url), { port: (proxy.address() as AddressInfo).port });
    const observed = new Pool(poolOptions(near.href));
    const store = new EventStore(observed, counting);
    const appended = await store.append([{ stream, after: start, events: [created], history: [], metadata }]);

    packets.length = 0;
    await store.append([{ stream, after: headOf(appended), history: appended, events: [started], metadata }]);
    expect(packets.join('')).toMatch(/^>+<+$/);
    expect(await count()).toBe(2);
    await observed.end();
    proxy.close();
  });

  it('fail together when a row cannot be written', async () => {
    await expect(first(counting, [created, started, started, started, started])).rejects.toThrow('check constraint');
    await expectNothingWritten();
  });

  it('fail together when a statement is wrong', async () => {
    await expect(first(with_({ name: 'wrong', text: 'insert into nowhere values ($1)', values: [1] }))).rejects.toThrow(
      'nowhere',
    );
    await expectNothingWritten();
  });

  it.each<[string, unknown]>([
    [
      'turns into nothing',
      {
        toJSON() {
          throw new Error('no JSON');
        },
      },
    ],
    ['is no date', new Date(Number.NaN)],
    ['contains itself', Object.assign([], { 0: { valueOf: 1n } })],
    ['has a NUL', 'a\0b'],
  ])('fail together when a value %s', async (_, value) => {
    await expect(first(with_({ text: 'select $1::text', values: [value] }))).rejects.toThrow();
    await expectNothingWritten();
  });

  it('happen together when two statements have the same name', async () => {
    await first(with_({ name: 'count', text: 'update counts set events = 3 where stream = $1', values: [stream] }));
    expect(await count()).toBe(1);
  });

  it('fail together when the stream has moved on', async () => {
    await first(counting);
    await expect(
      first(() => [{ text: 'update counts set events = 4 where stream = $1', values: [stream] }]),
    ).rejects.toThrow('faster');
    expect(await count()).toBe(1);
  });

  it.each([['in between', 'select pg_sleep(60)']])('fail together when the connection dies %s', async (_, text) => {
    const appending = first(with_({ text, values: [] }));
    const failed = expect(appending).rejects.toThrow();
    const sleeping = `select pg_terminate_backend(pid) from pg_stat_activity where query = $1`;
    await until('the server runs the write', async () => (await db.owner.query(sleeping, [text])).rowCount === 1);
    await failed;
    await expectNothingWritten();
  });

  it('never leave a session idle in its transaction for long', async () => {
    const { rows } = await pool.query('show idle_in_transaction_session_timeout');
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: '10s' }]);
  });
});
