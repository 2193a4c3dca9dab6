import { loadConfiguration } from '#configuration';
import { startWorker } from '../../apps/worker/src/worker.js';

// The worker as a process that a test freezes. Its leases are short, so that another process leads soon.
const configuration = loadConfiguration(process.env);
const leaseMs = Number(process.env.LEASE_MS);
const worker = await startWorker(configuration, configuration.databaseUrl!, { leaseMs });
process.on('SIGTERM', async () => {
  await worker.close();
  process.exit(0);
});
