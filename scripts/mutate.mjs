// npm run mutate [-- libs/event-store/src/file.ts:1-50 …]: mutation testing of libs/domain, or of the given files of one library.
import { mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { endWithNpm, main, prepare, run } from './prepare.mjs';

const files = process.argv.slice(2);
const library = files[0]?.split('/')[1] ?? 'domain';
const dataDir = resolve(process.env.DATA_DIR || '.data', 'mutate', String(process.pid));

await main(async () => {
  endWithNpm();
  await prepare();
  const { startPostgres, stopPostgres } = await import('../dist/libs/configuration/src/embedded-postgres.js');
  mkdirSync(dataDir, { recursive: true });
  const settings = { fsync: 'off', max_wal_size: '2GB', max_prepared_transactions: '5' };
  const { url } = await startPostgres({ dataDir, settings });
  try {
    const stryker = ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', 'stryker.json'];
    const mutate = files.length > 0 ? ['--mutate', files.join(',')] : [];
    process.exitCode = await run([process.execPath, ...stryker, ...mutate], {
      env: { ...process.env, MUTATED: library, TEST_DATABASE_URL: url },
    });
  } finally {
    await stopPostgres(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  }
});
