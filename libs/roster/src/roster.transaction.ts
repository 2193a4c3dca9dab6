import type pg from 'pg';
import { type AccessOrigin, setTransactionOrigin } from '#access-log';
import { type Database, longMs, withClient } from '#connections';

/** One writer at a time, so that the values that it looked up stay true. */
const writer = "hashtext('roster writer')";
/** Publishing an exam changes the roster, too. It may wait in an open transaction, so it never waits for a whole document. */
const roster = "select pg_advisory_xact_lock(hashtext('roster'))";

/** Runs a writer of one transaction. */
export const rosterTransaction = (database: Database, work: (client: pg.ClientBase) => Promise<void>): Promise<void> =>
  withClient(database, async (client) => {
    try {
      for (const text of ['begin', `select pg_advisory_xact_lock(${writer})`, roster]) await client.query(text);
      await work(client);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    }
  });

export type Transact = (write: () => Promise<void>) => Promise<void>;

/** Runs a writer of several transactions; no other writer runs between them. `origin` is recorded with changed rights. */
export async function rosterTransactions(
  database: Database,
  origin: AccessOrigin | undefined,
  work: (client: pg.ClientBase, transact: Transact) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const exclusively = async (client: pg.ClientBase) => {
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
      // Otherwise lock and transaction would last until the server notices that the connection is closed.
      await client.query('rollback').catch(() => {});
      await client.query(`select pg_advisory_unlock(${writer})`).catch(() => {});
    }
  };
  await withClient(database, exclusively, { limitMs: longMs, signal });
}
