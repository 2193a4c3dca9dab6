import { join } from 'node:path';
import { type Configuration, startPostgres } from '#configuration';

/** Runs `work` against the service's database; the embedded one is started for it when it does not run. */
export async function withDatabase<T>(configuration: Configuration, work: (url: string) => Promise<T>): Promise<T> {
  if (configuration.databaseUrl) return work(configuration.databaseUrl);
  const postgres = await startPostgres({ dataDir: join(configuration.dataDir, 'postgres') });
  return work(postgres.url).finally(postgres.stop);
}
