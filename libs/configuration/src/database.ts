import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Database, hourMs, openClient, poolSettings } from '#connections';
import { migrations } from '../../../migrations/index.js';
import { isUpToDate, prepareDatabase, refreshFunctions } from './database-roles.js';
import { copyEarlier, setAsideEarlier } from './earlier-schema.js';
import type { Login } from './logins.js';
import { poolOptions, refusePrivilegedLogin, refuseTransactionPooling } from './session.js';

export type DatabaseOptions = { max?: number; applicationName?: string };

/** How the service reaches its database at `url`: one pool, see `poolOptions`. */
export const dataSourceOptions = (
  url: string,
  { max = 20, applicationName = 'exam-proctoring' }: DatabaseOptions = {},
): DataSourceOptions => ({
  type: 'postgres',
  driver: { ...pg, Pool: Database },
  url,
  applicationName,
  poolSize: max,
  installExtensions: false,
  extra: poolOptions(url),
});

/** The data source's pool: the service has no other. */
export const databaseOf = ({ driver }: DataSource): Database => (driver as unknown as { master: Database }).master;

type MigrateOptions = { logins?: readonly Login[]; signal?: AbortSignal; say?: (line: string) => void };

/** Brings the database at `url` up to date, as the URL's user, and makes the logins. Throws one line when that cannot be done. */
export async function migrate(
  url: string,
  { logins = [], signal, say = () => {} }: MigrateOptions = {},
): Promise<void> {
  const applicationName = 'exam-proctoring migrations';
  const extra = poolSettings(hourMs);
  const database = new DataSource({ type: 'postgres', url, migrations, poolSize: 2, applicationName, extra });
  let owner: pg.Client | undefined;
  try {
    await refuseTransactionPooling(url);
    owner = await openClient({ ...extra, connectionString: url, application_name: applicationName });
    // A standby has its primary's schema. Health and every command report that it is a standby.
    if ((await owner.query('select pg_is_in_recovery() as standby')).rows[0].standby) return;
    await waitForTurn(owner, say, signal);
    const roles = await prepareDatabase(owner, logins);
    await setAsideEarlier(owner);
    await database.initialize();
    await database.runMigrations({ transaction: 'each' });
    await refreshFunctions(owner, roles);
    await copyEarlier(owner);
  } catch (error) {
    throw cannotBeUsed(url, error);
  } finally {
    if (database.isInitialized) await database.destroy();
    await owner?.end().catch(() => {});
  }
}

/** Checks that the service may work with the database at `url` when it migrates nothing itself. Throws one line. */
export async function checkMigrated(url: string): Promise<void> {
  let client: pg.Client | undefined;
  try {
    client = await openClient({ ...poolSettings(), connectionString: url });
    await refusePrivilegedLogin(client);
    if (!(await isUpToDate(client)))
      throw new Error('it must be migrated to this version first, by a start with MIGRATION_DATABASE_URL.');
  } catch (error) {
    throw cannotBeUsed(url, error);
  } finally {
    await client?.end().catch(() => {});
  }
}

const lock = `hashtext('exam-proctoring migrations')::bigint`;
const holder = `
  select pid, host(client_addr) as host from pg_locks join pg_stat_activity using (pid)
   where locktype = 'advisory' and granted and objsubid = 1 and (classid::bigint << 32) | objid::bigint = ${lock}`;

/** Replicas that start together migrate one after the other; the lock ends with its session. */
async function waitForTurn(owner: pg.Client, say: (line: string) => void, signal?: AbortSignal) {
  for (let tries = 1; !(await owner.query(`select pg_try_advisory_lock(${lock}) as mine`)).rows[0].mine; tries++) {
    if (tries % 20 === 0) {
      const { pid, host } = (await owner.query(holder)).rows[0] ?? {};
      say(`Another process migrates the database (server process ${pid}, from ${host}); waiting for it.`);
    }
    await pause(250, undefined, { signal });
  }
}

function cannotBeUsed(url: string, error: unknown) {
  const { hostname, port, pathname } = new URL(url);
  return new Error(`The database at ${hostname}:${port || 5432}${pathname} cannot be used: ${reasonOf(error)}`);
}

// A host name with several addresses fails with one error for each, without a message of its own.
const reasonOf = (error: any): string => (error.errors ? error.errors.map(reasonOf).join(', ') : error.message);
