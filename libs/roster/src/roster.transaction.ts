import type pg from 'pg';
import { type AccessOrigin, setTransactionOrigin } from '#access-log';
import { type Database, longMs, withClient } from '#connections';
import { transaction } from './transaction.js';

/** One writer at a time, so that what it looked up holds until it is done. */
const writer = "hashtext('roster writer')";
/** Publishing an exam changes the roster, too. It may have to wait in an open transaction, so never for a whole document. */
const roster = "select pg_advisory_xact_lock(hashtext('roster'))";

export const rosterTransaction = <T>(database: Database, work: (client: pg.ClientBase) => Promise<T>): Promise<T> =>
  transaction(database, ['begin', `select pg_advisory_xact_lock(${writer})`, roster], work);

export type Transact = (write: () => Promise<void>) => Promise<void>;

/** For a writer that needs several transactions and is the only one during all of them. `origin`: who changes rights. */
export async function rosterTransactions(
  database: Database,
  origin: AccessOrigin | undefined,
  work: (client: pg.ClientBase, transact: Transact) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  await withClient(database, (client) => alone(client, origin, work), { limitMs: longMs, signal });
}

async function alone(
  client: pg.ClientBase,
  origin: AccessOrigin | undefined,
  work: (client: pg.ClientBase, transact: Transact) => Promise<void>,
) {
  try {
    await client.query(`select pg_advisory_lock(${writer})`);
    await work(client, async (write) => {
      await client.query('begin');
      await client.query(roster);
      if (origin) await setTransactionOrigin(client, origin);
      await write();
      await client.query('commit');
    });
  } finally {
    // Without these, lock and transaction would last until the server notices that the connection is closed.
    await client.query('rollback').catch(() => {});
    await client.query(`select pg_advisory_unlock(${writer})`).catch(() => {});
  }
}
