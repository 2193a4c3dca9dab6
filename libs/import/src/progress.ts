import type pg from 'pg';
import type { Database } from '#connections';

/** The last learner that an interrupted import finished with; 0 if none was interrupted. */
export async function readProgress(database: Database): Promise<number> {
  const { rows } = await database.query('select last_user_id from import_progress');
  return Number(rows[0]?.last_user_id ?? 0);
}

/** In the transaction of the events, so that both are there or neither. */
export async function saveProgress(client: pg.ClientBase, lastUserId: number): Promise<void> {
  await client.query(
    `insert into import_progress (last_user_id) values ($1)
     on conflict (one) do update set last_user_id = excluded.last_user_id, updated_at = now()`,
    [lastUserId],
  );
}

/** The next import looks at all learners again, and appends what has changed. */
export const finishedLearners = (database: Database) => database.query('delete from import_progress');
