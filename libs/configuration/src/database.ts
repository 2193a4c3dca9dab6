import type pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { migrations } from '../../../migrations/index.js';

type Options = { role?: string; max?: number; applicationName?: string };

/** How the service reaches its database at `url`: one pool whose connections act as `role`, which owns nothing. */
export const dataSourceOptions = (
  url: string,
  { role = 'proctoring_app', max = 20, applicationName = 'exam-proctoring' }: Options = {},
) =>
  ({
    type: 'postgres',
    url,
    applicationName,
    poolSize: max,
    connectTimeoutMS: 10_000,
    installExtensions: false,
    extra: {
      pipeline: true,
      // A transaction that its client forgot would hold back every reader of the log.
      options: `-c role=${role} -c idle_in_transaction_session_timeout=30s`,
    },
  }) satisfies DataSourceOptions;

/** The data source's connections: the service has no others. */
export const poolOf = ({ driver }: DataSource): pg.Pool => (driver as unknown as { master: pg.Pool }).master;

/** Brings the database at `url` up to date, as the URL's user. Throws one line when that cannot be done. */
export async function migrate(url: string): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const database = new DataSource({ type: 'postgres', url, migrations, connectTimeoutMS: 10_000, poolSize: 2 });
  try {
    await database.initialize();
    // Replicas that start together migrate one after the other; the lock ends with its session.
    await database.createQueryRunner().query(`SELECT pg_advisory_lock(hashtext('exam-proctoring migrations'))`);
    await database.runMigrations({ transaction: 'each' });
  } catch (error) {
    throw new Error(`The database at ${hostname}:${port || 5432}${pathname} cannot be used: ${reasonOf(error)}`);
  } finally {
    if (database.isInitialized) await database.destroy();
  }
}

// A name with several addresses fails with one error for each, and no message of its own.
const reasonOf = (error: any): string => (error.errors ? error.errors.map(reasonOf).join(', ') : error.message);
