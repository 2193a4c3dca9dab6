import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { sessionOptions } from '#event-store';
import { Relay } from '#integration';

// The relay as a process of its own, to be killed: node relay.process.js <database> <brokers> <prefix>
const [connectionString, brokers, kafkaTopicPrefix] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString, options: sessionOptions, max: 2 });
const relay = new Relay(pool, { kafkaBrokers: brokers.split(','), kafkaTopicPrefix });
const handle = relay.handle.bind(relay);
relay.handle = async (events) => {
  process.stdout.write('.'); // tells the killer that a batch is on its way
  await handle(events);
  await pause(20); // a slow moment: published, and the place in the log not yet kept
};
await relay.run(new AbortController().signal);
