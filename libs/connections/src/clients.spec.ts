import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type pg from 'pg';
import { openDatabase } from '../../../test/support/database.js';
import { openPool, outageOf, withClient } from './index.js';

let database: Awaited<ReturnType<typeof openDatabase>>;
let pool: pg.Pool;
beforeEach(async () => {
  database = await openDatabase();
  pool = openPool({ connectionString: database.url, max: 1, pipeline: true } as pg.PoolConfig);
});
afterEach(async () => {
  await pool.end();
  await database.close();
});

const pidOf = async (client: pg.ClientBase): Promise<number> =>
  (await client.query('select pg_backend_pid() as pid')).rows[0].pid;

describe('a connection that is checked out', () => {
  it('may be lost: the process and the pool go on', async () => {
    await withClient(pool, async (client) => {
      const ended = new Promise<void>((end) => client.on('end', () => end()));
      await database.owner.query('select pg_terminate_backend($1)', [await pidOf(client)]);
      await ended;
    });
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('is reused after an error, but not while a transaction is open', async () => {
    const first = await withClient(pool, pidOf);
    await expect(withClient(pool, (client) => client.query('select 1/0'))).rejects.toThrow('division by zero');
    expect(await withClient(pool, pidOf)).toBe(first);
    await expect(
      withClient(pool, async (client) => {
        await client.query('begin');
        await client.query('select 1');
        throw new Error('the caller went away');
      }),
    ).rejects.toThrow('the caller went away');
    expect(await withClient(pool, pidOf)).not.toBe(first);
  });

  it('is not reused after a statement that was not answered in time', async () => {
    const slow = { text: 'select pg_sleep(3)', query_timeout: 200 };
    const failure = await withClient(pool, (client) => client.query(slow)).catch((error) => error);
    expect(outageOf(failure)).toBe('silent');
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('has limits for statements and locks, which one call may raise', async () => {
    const limitsOf = async (client: pg.ClientBase) =>
      (await client.query(`select current_setting('statement_timeout') as s, current_setting('lock_timeout') as l`))
        .rows[0];
    expect(await withClient(pool, limitsOf, { limitMs: 60_000 })).toEqual({ s: '1min', l: '1min' });
    expect(await withClient(pool, limitsOf)).toEqual({ s: '5s', l: '3s' });
  });
});

describe('a server that accepts connections and never answers', () => {
  let silent: Server;
  beforeEach(async () => {
    silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  afterEach(() => void silent.close());

  it('is abandoned within two seconds, and a full pool within three more', async () => {
    const { port } = silent.address() as AddressInfo;
    const away = openPool({ connectionString: `postgres://nobody@127.0.0.1:${port}/none`, max: 1 });
    const began = performance.now();
    const failures = await Promise.all([1, 2, 3].map(() => withClient(away, pidOf).catch(outageOf)));
    expect(failures).toEqual(['away', 'away', 'away']);
    expect(performance.now() - began).toBeLessThan(5000);
    await away.end();
  });
});
