import type { Database } from '#connections';

/** A transaction that holds back the visibility horizon. A session has a `pid`, a prepared transaction a `gid`. */
export type OpenTransaction = {
  database: string;
  pid: number | null;
  gid: string | null;
  application: string | null;
  seconds: number;
};

/** Transactions of the whole server that are open for at least a second, and all prepared ones; the oldest first. */
export async function openTransactions(database: Database): Promise<OpenTransaction[]> {
  const { rows } = await database.query(
    'select * from open_transactions() where seconds >= 1 or gid is not null order by seconds desc limit 10',
  );
  return rows;
}
