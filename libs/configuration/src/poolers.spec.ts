import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { type Database, openDatabase } from '../../../test/support/database.js';
import { until } from '../../event-store/src/testing.js';
import { dataSourceOptions, migrate, poolOf } from './database.js';

// Debian: apt-get install pgbouncer
const hasPooler = spawnSync('pgbouncer', ['--version']).status === 0;
const withPooler = hasPooler || process.env.CI ? describe : describe.skip;

let folder: string;
let database: Database;
const poolers: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pooler-'));
  spawnSync('chmod', ['755', folder]);
  database = await openDatabase();
});
afterAll(async () => {
  for (const pooler of poolers) pooler.kill('SIGKILL');
  await database.close();
  rmSync(folder, { recursive: true });
});

/** PgBouncer between the service and its database; answers the address to go through it. */
async function poolerWith(mode: string, more = ''): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(database.url);
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const own = (free.address() as { port: number }).port;
  await new Promise((closed) => free.close(closed));
  const [users, settings] = [join(folder, `${own}.users`), join(folder, `${own}.ini`)];
  writeFileSync(users, `"${username}" "${decodeURIComponent(password)}"\n`);
  writeFileSync(
    settings,
    `[databases]\n* = host=${hostname} port=${port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${own}\n` +
      `unix_socket_dir =\nauth_type = trust\nauth_file = ${users}\npool_mode = ${mode}\n${more}\n`,
  );
  // It does not run as root.
  const ids = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  poolers.push(spawn('pgbouncer', [settings], { ...ids, stdio: 'ignore' }));
  const url = Object.assign(new URL(database.url), { host: `127.0.0.1:${own}`, pathname }).href;
  await until('the pooler accepts connections', async () => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  });
  return url;
}

withPooler('through PgBouncer', () => {
  it('in session mode the service migrates, and each connection acts as the role that owns nothing', async () => {
    const url = await poolerWith('session');
    await migrate(url);
    const source = await new DataSource(dataSourceOptions(url, { max: 3 })).initialize();
    const pool = poolOf(source);
    const roles = await Promise.all(
      [1, 2, 3].map(() => pool.query('select current_user = application_role() as mine, pg_sleep(0.05)')),
    );
    expect(roles.map(({ rows }) => rows[0].mine)).toEqual([true, true, true]);
    for (let time = 0; time < 2; time++) await pool.query({ name: 'kept', text: 'select 1' });
    await expect(pool.query('drop table events')).rejects.toThrow('must be owner of table events');
    await source.destroy();
  });

  it.each([
    ['transaction', ''],
    ['transaction', 'server_round_robin = 1'],
    ['transaction', 'default_pool_size = 2\nserver_round_robin = 1'],
    ['statement', ''],
  ])('in %s mode (%s) the start is refused with the cause, and so is each connection', async (mode, more) => {
    const url = await poolerWith(mode, more);
    await expect(migrate(url)).rejects.toThrow('another server connection for each transaction');
    await expect(new DataSource(dataSourceOptions(url)).initialize()).rejects.toThrow('set pool_mode = session');
  });
});

it('a connection that does not become the application role is refused', async () => {
  await database.owner.query(
    `create or replace function application_role() returns text language sql volatile return
       case current_user when 'pg_monitor' then 'another' else 'pg_monitor' end`,
  );
  await expect(new DataSource(dataSourceOptions(database.url)).initialize()).rejects.toThrow('pooler');
});
