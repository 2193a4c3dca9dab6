import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  checkDataDir,
  checkFingerprints,
  checkSplitRole,
  loadConfiguration,
  openServiceDatabase,
} from '#configuration';
import { startApi } from './api/src/api.js';
import { bringUpToDate } from './bring-up-to-date.js';
import { startWorker } from './worker/src/worker.js';

/** The running parts, in the order of their start. They stop in the opposite order. */
const running: { name: string; drain?: () => Promise<void>; stop: () => Promise<unknown> }[] = [];

/** Aborts a start that is not complete. */
const startUp = new AbortController();

async function start() {
  const configuration = loadConfiguration(process.env);
  const { host, port, role, dataDir, kafkaBrokers } = configuration;
  checkSplitRole(configuration);
  checkDataDir(configuration);
  const database = await openServiceDatabase(configuration);
  running.push({ name: 'PostgreSQL', stop: () => database.stop() });
  await bringUpToDate(database, { role, signal: startUp.signal, say: console.log });
  await checkFingerprints(configuration, database);
  if (role !== 'api') {
    const worker = await startWorker(configuration, database.worker);
    running.push({ name: 'The worker', stop: () => worker.close() });
  }
  if (role === 'worker') return console.log('The worker runs. Ctrl-C stops it.');

  const api = await startApi(configuration, database.api).catch((error) => {
    throw error.code === 'EADDRINUSE'
      ? new Error(`Port ${port} of ${host} is in use. Stop the process that uses it, or set PORT.`)
      : error;
  });
  running.push({ name: 'HTTP', drain: api.drain, stop: () => api.close() });
  console.log(`
Exam proctoring runs. Ctrl-C stops it.

  service         ${api.url}
  console         ${api.url}/console (npm run console logs you in)
  documentation   ${api.url}/docs
  database        ${configuration.databaseUrl ? 'DATABASE_URL' : `PostgreSQL in ${join(dataDir, 'postgres')}`}
  Kafka           ${kafkaBrokers.join(', ') || 'none: messages wait (npm run kafka starts one)'}

Try next, in another terminal:

  npm run demo -- --browser
  npm run demo
  npm run token -- --user-id 1 --username staff --administrator
`);
}

const started = start();
let isEnding = false;

/** Stops HTTP, then the worker, then PostgreSQL. `drains`: load balancers first get the time to notice. */
async function end(code: number, drains = false) {
  if (isEnding) return;
  isEnding = true;
  startUp.abort();
  await started.catch(() => {});
  if (drains) for (const { drain } of running) await drain?.();
  for (const { name, stop } of running.reverse())
    await Promise.race([
      stop(),
      pause(10_000).then(() => Promise.reject(new Error('it did not end in 10 seconds'))),
    ]).catch((error) => {
      code = 1;
      console.error(`${name} did not stop cleanly: ${error.message}`);
    });
  process.exit(code);
}

// Ctrl-C comes from a terminal, where no load balancer has to notice.
process.on('SIGINT', () => end(0)).on('SIGTERM', () => end(0, true));
process.on('uncaughtException', (error) => {
  console.error(error);
  end(1);
});
started.catch((error: Error) => {
  if (!isEnding) console.error(error.message);
  end(1);
});
