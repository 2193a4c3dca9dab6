import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { openStartableDatabase, type TestDatabase } from '../../../test/support/database.js';
import { until } from '../../event-store/src/testing.js';
import { databaseOf, dataSourceOptions, migrate } from './database.js';

// Debian: apt-get install pgbouncer
const hasPooler = spawnSync('pgbouncer', ['--version']).status === 0;
const withPooler = hasPooler || process.env.CI ? describe : describe.skip;

let folder: string;
let database: TestDatabase;
const poolers: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pooler-'));
  spawnSync('chmod', ['755', folder]);
  database = await openStartableDatabase();
});
afterAll(async () => {
  for (const pooler of poolers) pooler.kill('SIGKILL');
  await database.close();
  rmSync(folder, { recursive: true });
});

/** PgBouncer between the service and its database; answers the address to go through it. */
async function poolerWith(mode: string, more = ''): Promise<Urls> {
  const { hostname, port } = new URL(database.url);
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const own = (free.address() as { port: number }).port;
  await new Promise((closed) => free.close(closed));
  const [users, settings] = [join(folder, `${own}.users`), join(folder, `${own}.ini`)];
  const named = Object.values(database.urls).map((each) => new URL(each));
  writeFileSync(users, named.map((each) => `"${each.username}" "${decodeURIComponent(each.password)}"\n`).join(''));
  writeFileSync(
    settings,
    `[databases]\n* = host=${hostname} port=${port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${own}\n` +
      `unix_socket_dir =\nauth_type = trust\nauth_file = ${users}\npool_mode = ${mode}\n${more}\n`,
  );
  // It does not run as root.
  const ids = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  poolers.push(spawn('pgbouncer', [settings], { ...ids, stdio: 'ignore' }));
  const through = (url: string) => Object.assign(new URL(url), { host: `127.0.0.1:${own}` }).href;
  const urls = { service: through(database.url), owner: through(database.urls.owner) };
  await until('the pooler accepts connections', async () => {
    const client = new pg.Client({ connectionString: urls.service });
    client.on('error', () => {});
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    );
  });
  return urls;
}

type Urls = { service: string; owner: string };

withPooler('through PgBouncer', () => {
  it('in session mode the service migrates, and each connection is that of a login that owns nothing', async () => {
    const { service, owner } = await poolerWith('session');
    await migrate(owner);
    const source = await new DataSource(dataSourceOptions(service, { max: 3 })).initialize();
    const pool = databaseOf(source);
    const roles = await Promise.all([1, 2, 3].map(() => pool.query('select current_user as me, pg_sleep(0.05)')));
    expect(roles.map(({ rows }) => rows[0].me)).toEqual(['test_both', 'test_both', 'test_both']);
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
    const { service, owner } = await poolerWith(mode, more);
    await expect(migrate(owner)).rejects.toThrow('another server connection for each transaction');
    await expect(new DataSource(dataSourceOptions(service)).initialize()).rejects.toThrow('set pool_mode = session');
  });
});
