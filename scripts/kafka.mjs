import { join } from 'node:path';
import { endLeftBroker, freePort, startBroker } from './kafka-broker.mjs';
import { endWithNpm, main } from './prepare.mjs';

await main(async () => {
  endWithNpm();
  const interrupted = new Promise((resolve) => process.on('SIGINT', resolve).on('SIGTERM', resolve));
  const dir = join(process.env.DATA_DIR || '.data', 'kafka', 'broker');
  await endLeftBroker(dir);
  const broker = await startBroker({ dir, port: await freePort(9092) });
  console.log(`KAFKA_BROKERS=${broker.brokers}

Ctrl-C stops it. In another terminal: KAFKA_BROKERS=${broker.brokers} npm start`);
  const ended = broker.ended.then(() => 'ended');
  if ((await Promise.race([interrupted, ended])) === 'ended')
    throw new Error(`Kafka ended unexpectedly: see ${dir}/broker.log`);
  await broker.stop();
});
