import type pg from 'pg';
import { type Database, withClient } from '#connections';

/** `opening` begins it and takes the locks that must be there before anything is looked up. `limitMs`: see withClient. */
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
