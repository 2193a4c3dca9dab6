import type { Socket } from 'node:net';
import pg from 'pg';
import { type Database, withClient } from '#connections';
import type { Write } from './statements.js';

/** The error of a transaction that failed; `write` is the place of the write that the server refused. */
export type TransactionError = Error & { code?: string; severity?: string; detail?: string; write?: number };

/**
 * Runs `first` and then `writes` as one transaction and answers the rows of `first`. Everything is sent at once: after a
 * failure the server refuses what follows and turns the commit into a rollback. With `lockTimeoutMs` no statement waits
 * longer for a lock.
 */
export async function pipelinedTransaction(
  database: Database,
  first: Write,
  writes: readonly Write[],
  lockTimeoutMs?: number,
): Promise<any[]> {
  const limit = lockTimeoutMs === undefined ? '' : `; set local lock_timeout = ${lockTimeoutMs}`;
  const begin = { text: `begin${limit}`, values: [] };
  // A single statement is a transaction by itself.
  const sent = writes.length === 0 && !limit ? [first] : [begin, first, ...writes, commit];
  return withClient(database, async (client) => {
    // Held back until all is written: one packet, not one for each statement.
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    stream.cork();
    const answers = sent.map((statement) => send(client, statement));
    stream.uncork();
    try {
      return (await Promise.all(answers))[sent.indexOf(first)].rows;
    } catch (error) {
      const outcomes = await Promise.allSettled(answers);
      const write = outcomes.findIndex(({ status }) => status === 'rejected') - sent.indexOf(first) - 1;
      throw Object.assign(error as TransactionError, write in writes && { write });
    }
  });
}

const commit = { text: 'commit', values: [] };

/** What `client.query` does, without its copy of the statement, which costs as much as hashing an event. */
function send(client: pg.PoolClient, { name, text, values }: Write): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(text, values, (error, result) => (error ? reject(error) : resolve(result)));
    client.query(Object.assign(query, { name }));
  });
}

const names = new Map<string, string>();

/**
 * A write that the driver itself refuses would be missing in the middle and not keep the commit from happening. So values
 * are turned into text before anything is sent, and no name stands for two texts.
 */
export function prepared({ name, text, values }: Write): Write {
  if (name !== undefined && !names.has(text)) names.set(text, `inline ${names.size} ${name}`);
  return { name: name && names.get(text), text, values: values.map(plain) };
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) ? JSON.stringify(value) : value;
}
