import { type Configuration, openServiceDatabase, type ServiceDatabase } from '#configuration';

/** Runs `work` with the service's database. Starts the embedded one if it does not run. */
export async function withDatabase<T>(
  configuration: Configuration,
  work: (database: ServiceDatabase) => Promise<T>,
): Promise<T> {
  const database = await openServiceDatabase(configuration);
  return work(database).finally(database.stop);
}

/** The same, for work that only the owner of the tables may do. */
export const withOwnedDatabase = <T>(
  configuration: Configuration,
  work: (database: ServiceDatabase & { owner: string }) => Promise<T>,
): Promise<T> =>
  withDatabase(configuration, ({ owner, ...database }) => {
    if (!owner)
      throw new Error('This command changes tables. Set MIGRATION_DATABASE_URL to the URL of the user that owns them.');
    return work({ ...database, owner });
  });
