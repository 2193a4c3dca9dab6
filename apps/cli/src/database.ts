import { type Configuration, openServiceDatabase, type ServiceDatabase } from '#configuration';

/** Runs `work` with the service's database; the embedded one is started for it when it does not run. */
export async function withDatabase<T>(
  configuration: Configuration,
  work: (database: ServiceDatabase) => Promise<T>,
): Promise<T> {
  const database = await openServiceDatabase(configuration);
  return work(database).finally(database.stop);
}

/** The same for what only the owner of the tables may do. */
export const withOwnedDatabase = <T>(
  configuration: Configuration,
  work: (database: ServiceDatabase & { owner: string }) => Promise<T>,
): Promise<T> =>
  withDatabase(configuration, ({ owner, ...database }) => {
    if (!owner) throw new Error('This command changes tables: set MIGRATION_DATABASE_URL, whose user owns them.');
    return work({ ...database, owner });
  });
