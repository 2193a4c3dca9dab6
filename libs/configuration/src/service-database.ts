import { join } from 'node:path';
import { type Configuration, loginPasswordOf } from './configuration.js';
import { runningPostgres, startPostgres } from './embedded-postgres.js';
import { makeEmbeddedUsers } from './embedded-users.js';
import type { Login } from './logins.js';

/** The service's database by the URLs of its users. `owner` is missing in processes that do not migrate it. */
export type ServiceDatabase = { api: string; worker: string; owner?: string };

/** The database that the configuration names; else the embedded one, which is started when it does not run. */
export async function openServiceDatabase(
  configuration: Configuration,
): Promise<ServiceDatabase & { stop(): Promise<void> }> {
  const named = namedDatabase(configuration);
  if (named) return { ...named, stop: async () => {} };
  const postgres = await startPostgres({ dataDir: join(configuration.dataDir, 'postgres') });
  const urls = embeddedDatabase(configuration, postgres.url);
  try {
    await makeEmbeddedUsers(postgres.url, urls);
    return { ...urls, stop: postgres.stop };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** The same, but the embedded one is not started: undefined when it does not run. */
export async function runningServiceDatabase(configuration: Configuration): Promise<ServiceDatabase | undefined> {
  const named = namedDatabase(configuration);
  if (named) return named;
  const url = await runningPostgres(join(configuration.dataDir, 'postgres'));
  return url === undefined ? undefined : embeddedDatabase(configuration, url);
}

function namedDatabase(configuration: Configuration): ServiceDatabase | undefined {
  const { databaseUrl: api, workerDatabaseUrl: worker, migrationDatabaseUrl: owner } = configuration;
  return api ? { api, worker: worker ?? api, owner } : undefined;
}

function embeddedDatabase(configuration: Configuration, url: string) {
  const urlOf = (use: string) => {
    const login = { username: `proctoring_${use}`, password: loginPasswordOf(configuration, use) };
    return Object.assign(new URL(url), login).href;
  };
  return { owner: urlOf('owner'), api: urlOf('api'), worker: urlOf('worker') };
}

/** The logins that a process of this role uses. One user may be both. */
export const loginsOf = (role: Configuration['role'], { api, worker }: ServiceDatabase): Login[] => [
  ...(role === 'worker' ? [] : [{ url: api, use: 'api' as const }]),
  ...(role === 'api' ? [] : [{ url: worker, use: 'worker' as const }]),
];
