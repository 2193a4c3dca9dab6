import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { loadConfiguration } from './configuration.js';
import { checkMigrated, migrate } from './database.js';
import { loginsOf, openServiceDatabase } from './service-database.js';

const folder = mkdtempSync(join(tmpdir(), 'service-database-'));
const secret = 'a secret of the service';
afterAll(() => rmSync(folder, { recursive: true }));

/** A start does this before the API and the worker begin. */
async function start() {
  const database = await openServiceDatabase(loadConfiguration({ DATA_DIR: folder }));
  await migrate(database.owner!, { logins: loginsOf('all', database) });
  return database;
}

it('the embedded server knows no secret of the service, and works with users of which none is its superuser', async () => {
  process.env.SECRET_OF_THE_SERVICE = secret;
  const database = await start();
  try {
    const [pid] = readFileSync(join(folder, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n');
    if (process.platform === 'linux') expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain(secret);
    for (const url of [database.api, database.worker]) {
      await checkMigrated(url);
      const client = new pg.Client(url);
      await client.connect();
      const { rows } = await client.query('select rolsuper, rolcreaterole from pg_roles where rolname = session_user');
      expect(rows).toEqual([{ rolsuper: false, rolcreaterole: false }]);
      await client.end();
    }
    const kept = readdirSync(folder).filter((name) => name.startsWith('database-password'));
    expect(kept.map((name) => [name, statSync(join(folder, name)).mode & 0o777])).toEqual([
      ['database-password-api', 0o600],
      ['database-password-worker', 0o600],
    ]);
  } finally {
    delete process.env.SECRET_OF_THE_SERVICE;
    await database.stop();
  }
}, 60_000);

it('passwords of the embedded server that were lost are made anew', async () => {
  rmSync(join(folder, 'database-password-api'));
  const database = await start();
  try {
    await checkMigrated(database.api);
  } finally {
    await database.stop();
  }
}, 60_000);
