import type pg from 'pg';
import { transaction } from './transaction.js';

/** One writer of the roster at a time, so that what it looked up holds until it is done. */
export const rosterTransaction = <T>(
  pool: pg.Pool,
  work: (client: pg.ClientBase) => Promise<T>,
  limits: { limitMs?: number } = {},
): Promise<T> => transaction(pool, ['begin', "select pg_advisory_xact_lock(hashtext('roster'))"], work, limits);
