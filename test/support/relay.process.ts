import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { loadConfiguration, poolOptions } from '#configuration';
import { Relay } from '#integration';
import { Database } from '../../libs/connections/src/index.js';

// The relay as a process that a test kills. It writes a character before and after it publishes a batch, and then waits a
// moment before it keeps its checkpoint.
const configuration = loadConfiguration(process.env);
Logger.overrideLogger(false);
const pool = new Database(poolOptions(configuration.databaseUrl!, { max: 2 }));
pool.on('error', () => {}); // a test may restart PostgreSQL
const relay = new Relay(pool, configuration, { leaseMs: Number(process.env.LEASE_MS ?? 10_000) });
const handle = relay.handle.bind(relay);
relay.handle = async (events, lease) => {
  process.stdout.write('.');
  await handle(events, lease);
  process.stdout.write('!');
  await pause(20);
};
await relay.run(new AbortController().signal);
