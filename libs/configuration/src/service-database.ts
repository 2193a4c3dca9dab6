import { join } from 'node:path';
import { type Configuration, loginPasswordOf } from './configuration.js';
import { startPostgres } from './embedded-postgres.js';
import { makeEmbeddedUsers } from './embedded-users.js';
import type { Login } from './logins.js';

/** The service's database by the URLs of its users. `owner` is missing in processes that do not migrate it. */
export type ServiceDatabase = { api: string; worker: string; owner?: string };

/** The database that the configuration names; else the embedded one, which is started when it does not run. */
export async function openServiceDatabase(
  configuration: Configuration,
): Promise<ServiceDatabase & { stop(): Promise<void> }> {
  const { databaseUrl: api, workerDatabaseUrl: worker, migrationDatabaseUrl: owner, dataDir } = configuration;
  if (api) return { api, worker: worker ?? api, owner, stop: async () => {} };
  const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres') });
  const urlOf = (use: string) => {
    const login = { username: `proctoring_${use}`, password: loginPasswordOf(configuration, use) };
    return Object.assign(new URL(postgres.url), login).href;
  };
  const urls = { owner: urlOf('owner'), api: urlOf('api'), worker: urlOf('worker') };
  try {
    await makeEmbeddedUsers(postgres.url, urls);
    return { ...urls, stop: postgres.stop };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** The logins that a process of this role uses. One user may be both. */
export const loginsOf = (role: Configuration['role'], { api, worker }: ServiceDatabase): Login[] => [
  ...(role === 'worker' ? [] : [{ url: api, use: 'api' as const }]),
  ...(role === 'api' ? [] : [{ url: worker, use: 'worker' as const }]),
];
