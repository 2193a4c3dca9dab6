import { readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// In a global setup, jest compiles required files but does not map .js to .ts.
const { isAlive, startPostgres, stopPostgres } = createRequire(import.meta.url)(
  '../../libs/configuration/src/embedded-postgres.ts',
) as typeof import('../../libs/configuration/src/embedded-postgres.js');

const prefix = 'proctoring-test-';

/** Starts PostgreSQL for this run unless TEST_DATABASE_URL names a server. Removes the servers of killed runs. */
export default async function setUp() {
  if (process.env.TEST_DATABASE_URL) return;
  for (const name of readdirSync(tmpdir()))
    if (name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length)))) await remove(join(tmpdir(), name));

  const dataDir = join(tmpdir(), `${prefix}${process.pid}`);
  await mkdir(dataDir);
  const { url } = await startPostgres({
    dataDir,
    settings: { fsync: 'off', max_wal_size: '2GB', max_prepared_transactions: '5' },
  });
  process.env.TEST_DATABASE_URL = url;
  Object.assign(globalThis, { removeTestServer: () => remove(dataDir) });
}

async function remove(dataDir: string) {
  await stopPostgres(dataDir);
  await rm(dataDir, { recursive: true, force: true });
}
