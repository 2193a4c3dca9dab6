import type pg from 'pg';
import { type Database, withClient } from '#connections';

/** Runs `work` in a transaction. The statements `opening` begin it and take its locks. `limitMs`: see withClient. */
export const transaction = <T>(
  database: Database,
  opening: readonly string[],
  work: (client: pg.ClientBase) => Promise<T>,
  limits: { limitMs?: number } = {},
): Promise<T> =>
  withClient(
    database,
    async (client) => {
      try {
        for (const text of opening) await client.query(text);
        const answer = await work(client);
        await client.query('commit');
        return answer;
      } catch (error) {
        await client.query('rollback').catch(() => {});
        throw error;
      }
    },
    limits,
  );
