import {
  type Configuration,
  checkMigrated,
  dropEarlier,
  isCopied,
  loginsOf,
  migrate,
  type ServiceDatabase,
} from '#configuration';
import { hourMs, openPool, withClient } from '#connections';
import { projections, rebuild } from '#read-models';

type Options = { role?: Configuration['role'] } & Pick<Parameters<typeof migrate>[1] & object, 'signal' | 'say'>;

/**
 * Migrates the database, makes the logins of a process with this role, and rebuilds the read models of a database that was
 * copied from an earlier version. Without its owner's URL it only checks that the migrations are done.
 */
export async function bringUpToDate(
  database: ServiceDatabase,
  { role = 'all', ...options }: Options = {},
): Promise<void> {
  const logins = loginsOf(role, database);
  if (!database.owner) return checkMigrated(logins[0]!.url);
  await migrate(database.owner, { logins, ...options });
  const owner = openPool({ connectionString: database.owner, max: 4 }, hourMs);
  try {
    if (!(await withClient(owner, isCopied))) return;
    options.say?.('The read models are rebuilt from the log.');
    await rebuild(owner, projections, { replaceDiffering: true });
    await withClient(owner, dropEarlier);
  } finally {
    await owner.end();
  }
}
