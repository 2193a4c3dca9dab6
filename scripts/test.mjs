import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { endLeftBroker, startBroker } from './kafka-broker.mjs';
import { endWithNpm, isAlive, main, prepare, root, run, step } from './prepare.mjs';

const runs = resolve(process.env.DATA_DIR || '.data', 'test');
const ours = join(runs, String(process.pid));
let interrupted = false;

await main(async () => {
  const interrupt = () => {
    interrupted = true;
  };
  endWithNpm();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  await prepare();
  const postgres = await import('../dist/libs/configuration/src/embedded-postgres.js');
  await removeLeftovers(postgres.stopPostgres);

  mkdirSync(ours, { recursive: true });
  const servers = await step('Starting PostgreSQL and Kafka', () =>
    Promise.allSettled([
      // No fsync, because the data is thrown away. One test prepares a transaction.
      postgres.startPostgres({
        dataDir: join(ours, 'postgres'),
        settings: { fsync: 'off', max_prepared_transactions: '5' },
      }),
      process.env.KAFKA_BROKERS
        ? { brokers: process.env.KAFKA_BROKERS, stop() {} }
        : startBroker({ dir: join(ours, 'kafka') }),
    ]),
  );
  let counts;
  try {
    for (const { reason } of servers) if (reason) throw reason;
    const [database, kafka] = servers.map(({ value }) => value);
    counts = await runJest({ TEST_DATABASE_URL: database.url, KAFKA_BROKERS: kafka.brokers });
  } finally {
    await Promise.all(servers.map(({ value }) => value?.stop()));
    rmSync(ours, { recursive: true });
  }
  if (counts) console.log(counts);
});

/** Sets the exit code. Answers the last line to print, unless jest was interrupted or only listed the tests. */
async function runJest(addresses) {
  if (interrupted) throw new Error('Interrupted.');
  const report = join(ours, 'report.json');
  const reporters = ['--reporters=default', `--reporters=${join(root, 'scripts', 'suites-left.mjs')}`];
  const options = [...reporters, '--json', `--outputFile=${report}`, ...process.argv.slice(2)];
  process.exitCode = await run([process.execPath, 'node_modules/jest/bin/jest.js', ...options], {
    env: {
      ...process.env,
      ...addresses,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    },
  });
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  if (!('numPassedTests' in result)) return;
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = result;
  return `${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed`;
}

/** Ends the servers of killed runs and removes their data. */
async function removeLeftovers(stopPostgres) {
  const left = existsSync(runs) ? readdirSync(runs).filter((pid) => !isAlive(Number(pid))) : [];
  for (const dir of left.map((pid) => join(runs, pid))) {
    await endLeftBroker(join(dir, 'kafka'));
    await stopPostgres(join(dir, 'postgres'));
    rmSync(dir, { recursive: true, force: true });
  }
}
