import type { Socket } from 'node:net';
import type pg from 'pg';
import { answerLimit, sessionLimits } from './connection.js';
import { outageOf } from './outage.js';

/** `limitMs` limits each statement and each wait for a lock. When `signal` aborts, the work is not needed any more. */
type Limits = { limitMs?: number; signal?: AbortSignal };

/**
 * Checks a connection out for the duration of `work`. When the connection is lost, only the current statement fails. The
 * connection is reused only when every statement was answered and no transaction is open. With `limitMs` it is closed
 * afterwards. When `signal` aborts it is closed at once, and the server ends the current statement.
 */
export async function withClient<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  { limitMs, signal }: Limits = {},
): Promise<T> {
  const { client, giveBack } = await checkOut(pool, signal);
  let isSilent = false;
  try {
    if (limitMs !== undefined) await setLimits(client, limitMs);
    return await work(client);
  } catch (error) {
    isSilent = outageOf(error) === 'silent';
    throw signal?.aborted ? signal.reason : error;
  } finally {
    giveBack(isSilent || signal?.aborted === true || limitMs !== undefined || isInTransaction(client));
  }
}

/** Like `withClient`, for a stream of rows without a time limit. The connection is closed afterwards. */
export async function* streamWithClient<T>(
  pool: pg.Pool,
  read: (client: pg.PoolClient) => AsyncIterable<T>,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  const { client, giveBack } = await checkOut(pool, signal);
  try {
    await setLimits(client, 0);
    yield* read(client);
  } finally {
    giveBack(true);
  }
}

const ignore = () => {}; // the current statement fails, too

async function checkOut(pool: pg.Pool, signal?: AbortSignal) {
  signal?.throwIfAborted();
  const client = (await pool.connect()).on('error', ignore);
  const hangUp = () => (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  signal?.addEventListener('abort', hangUp);
  if (signal?.aborted) hangUp();
  const giveBack = (isUnusable: boolean) => {
    signal?.removeEventListener('abort', hangUp);
    client.off('error', ignore);
    client.release(isUnusable);
  };
  return { client, giveBack };
}

/** 0 means no limit. */
async function setLimits(client: pg.PoolClient, limitMs: number): Promise<void> {
  const { connectionParameters } = client as unknown as { connectionParameters: { query_timeout?: number } };
  await client.query(`select ${sessionLimits(limitMs)}`);
  connectionParameters.query_timeout = answerLimit(limitMs);
}

const isInTransaction = (client: pg.PoolClient): boolean =>
  ['T', 'E'].includes(String((client as { getTransactionStatus?(): string | null }).getTransactionStatus?.()));
