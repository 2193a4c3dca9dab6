import type { Socket } from 'node:net';
import pg from 'pg';
import { type Database, withClient } from '#connections';
import type { Write } from './statements.js';

/** The error of a failed transaction. `write` is the index of the write that the server refused. */
export type TransactionError = Error & { code?: string; severity?: string; detail?: string; write?: number };

/**
 * Runs `first` and then `writes` as one transaction, and answers the rows of `first`. Sends all statements at once: after a
 * failure the server refuses the rest and turns the commit into a rollback. No statement waits longer than `lockTimeoutMs`
 * for a lock.
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
    // Corked until all statements are written: one packet instead of one for each statement.
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    stream.cork();
    const answers = sent.map((statement) => send(client, statement));
    stream.uncork();
    try {
      return (await Promise.all(answers))[sent.indexOf(first)]!.rows;
    } catch (error) {
      const outcomes = await Promise.allSettled(answers);
      const write = outcomes.findIndex(({ status }) => status === 'rejected') - sent.indexOf(first) - 1;
      throw Object.assign(error as TransactionError, write in writes && { write });
    }
  });
}

const commit = { text: 'commit', values: [] };

/** Like `client.query`, without its copy of the statement. The copy costs as much as hashing an event. */
function send(client: pg.PoolClient, { name, text, values }: Write): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query(text, values, (error, result) => (error ? reject(error) : resolve(result)));
    client.query(Object.assign(query, { name }));
  });
}

const names = new Map<string, string>();

/**
 * If pg rejects a statement before sending it, the commit still goes out without it. So values become text before anything
 * is sent, and each text has its own statement name.
 */
export function safeWrite({ name, text, values }: Write): Write {
  if (name !== undefined && !names.has(text)) names.set(text, `inline ${names.size} ${name}`);
  return { name: name && names.get(text), text, values: values.map(textOf) };
}

function textOf(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(textOf);
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) ? JSON.stringify(value) : value;
}
