import type pg from 'pg';
import { transaction } from './transaction.js';

/** Who writes the roster does so alone: what one looked up holds until it is done. */
export const rosterTransaction = <T>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> =>
  transaction(pool, ['begin', "select pg_advisory_xact_lock(hashtext('roster'))"], work);
