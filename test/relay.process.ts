import pg from 'pg';
import { sessionOptions } from '#event-store';
import { Relay } from '#integration';

// The relay as a process of its own, to be killed: node relay.process.js <database> <brokers> <prefix>
const [connectionString, brokers, kafkaTopicPrefix] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString, options: sessionOptions, max: 2 });
const relay = new Relay(pool, { kafkaBrokers: brokers.split(','), kafkaTopicPrefix });
const handle = relay.handle.bind(relay);
relay.handle = (events) => {
  process.stdout.write('.'); // tells the killer that a batch is on its way
  return handle(events);
};
await relay.run(new AbortController().signal);
