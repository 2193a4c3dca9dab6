import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { loadConfiguration } from './configuration.js';
import { checkMigrated, migrate } from './database.js';
import { startPostgres } from './embedded-postgres.js';
import { loginsOf, openServiceDatabase } from './service-database.js';

const folder = mkdtempSync(join(tmpdir(), 'service-database-'));
const secret = 'a secret of the service';
const older = mkdtempSync(join(tmpdir(), 'service-database-'));
afterAll(() => {
  for (const each of [folder, older]) rmSync(each, { recursive: true });
});

const ask = async (url: string, text: string) => {
  const client = new pg.Client(url);
  await client.connect();
  return client
    .query(text)
    .then(({ rows }) => rows)
    .finally(() => client.end());
};
/** Lists the owners of tables, sequences and functions. Those of the extension are left out. */
const ownersOfAll = `select distinct owner::regrole::text as owner from (
  select oid, relowner as owner from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'S')
  union all select oid, proowner from pg_proc where pronamespace = 'public'::regnamespace) as own
  where not exists (select from pg_depend where objid = own.oid and deptype = 'e')`;

/** A start does this before the API and the worker begin. */
async function start(dataDir = folder) {
  const database = await openServiceDatabase(loadConfiguration({ DATA_DIR: dataDir }));
  await migrate(database.owner!, { logins: loginsOf('all', database) });
  return database;
}

it('the embedded server knows no secret of the service, and its superuser owns nothing of the service', async () => {
  process.env.SECRET_OF_THE_SERVICE = secret;
  const database = await start();
  try {
    const [pid] = readFileSync(join(folder, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n');
    if (process.platform === 'linux') expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain(secret);
    for (const url of [database.api, database.worker]) {
      await checkMigrated(url);
    }
    expect(await ask(database.owner!, ownersOfAll)).toEqual([{ owner: 'proctoring_owner' }]);
    expect(await ask(database.owner!, 'select rolsuper from pg_roles where rolname = session_user')).toEqual([
      { rolsuper: false },
    ]);
    const kept = readdirSync(folder).filter((name) => name.startsWith('database-password'));
    expect(kept.map((name) => [name, statSync(join(folder, name)).mode & 0o777])).toEqual([
      ['database-password-api', 0o600],
      ['database-password-owner', 0o600],
      ['database-password-worker', 0o600],
    ]);
  } finally {
    delete process.env.SECRET_OF_THE_SERVICE;
    await database.stop();
  }
}, 60_000);

it('what the superuser owned in an earlier version becomes the property of the owner', async () => {
  const { url, stop } = await startPostgres({ dataDir: join(older, 'postgres') });
  await migrate(url);
  await stop();
  const database = await start(older);
  try {
    for (const each of [database.api, database.worker]) await checkMigrated(each);
    expect(await ask(database.owner!, ownersOfAll)).toEqual([{ owner: 'proctoring_owner' }]);
  } finally {
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
