import { loadConfiguration } from '#configuration';
import { startWorker } from '../../apps/worker/src/worker.js';

// The worker as a process of its own, to be frozen. Its leases are short: a test need not wait long for the next leader.
const configuration = loadConfiguration(process.env);
const leaseMs = Number(process.env.LEASE_MS);
const worker = await startWorker(configuration, configuration.databaseUrl!, { leaseMs });
process.on('SIGTERM', async () => {
  await worker.close();
  process.exit(0);
});
