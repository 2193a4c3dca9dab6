// npm run conformance [-- --seed N --requests N --only STORY --release 6.1 --itself --planted]
// npm run conformance -- --surface edx-exams [--story STORY --show N]
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { endLeftBroker, startBroker } from './kafka-broker.mjs';
import { endWithNpm, isAlive, main, prepare, run } from './prepare.mjs';

const brokers = resolve(process.env.DATA_DIR || '.data', 'conformance-kafka');

await main(async () => {
  endWithNpm();
  process.on('SIGINT', () => {}).on('SIGTERM', () => {}); // `run` passes them on; afterwards the broker is stopped
  await prepare();
  const args = process.argv.slice(2);
  const surface = args.includes('--surface') ? `/${args[args.indexOf('--surface') + 1]}` : '';
  const needsKafka = !surface && !process.env.KAFKA_BROKERS;
  const kafka = needsKafka ? await startedBroker() : undefined;
  try {
    process.exitCode = await run([process.execPath, `dist/test/conformance${surface}/main.js`, ...args], {
      env: { ...process.env, ...(kafka && { KAFKA_BROKERS: kafka.brokers }) },
    });
  } finally {
    await kafka?.stop();
    rmSync(join(brokers, String(process.pid)), { recursive: true, force: true });
  }
});

/** Undefined if Kafka cannot run: the conformance run then says what it did not compare. */
async function startedBroker() {
  const left = existsSync(brokers) ? readdirSync(brokers).filter((pid) => !isAlive(Number(pid))) : [];
  for (const dir of left.map((pid) => join(brokers, pid))) {
    await endLeftBroker(dir);
    rmSync(dir, { recursive: true, force: true });
  }
  const dir = join(brokers, String(process.pid));
  mkdirSync(dir, { recursive: true });
  return startBroker({ dir }).catch((error) => void console.error(error.message));
}
