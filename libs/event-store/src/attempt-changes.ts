import type { Database } from '#connections';
import { type Checkpoint, isBelowHorizon, logOrder, positionOf, positionValues } from './checkpoint.js';

/** An attempt of which an event says something. */
export type ChangedAttempt = { courseId: string; attemptId: number };

/** The end of the log: every event that a later statement can see and that is not before it comes after it. */
export async function endOfLog(database: Database): Promise<Checkpoint> {
  const { rows } = await database.read<Checkpoint>({
    name: 'end of log',
    text: `select coalesce((select max(generation) from log_generations), 0) as generation,
                  pg_snapshot_xmin(pg_current_snapshot())::text as xid, '0' as position`,
  });
  return rows[0]!;
}

/**
 * The attempts of these courses that the next `limit` events change, and the position behind these events. `isEnd`: there
 * are no further events yet.
 */
export async function attemptChanges(
  database: Database,
  after: Checkpoint,
  courseIds: readonly string[],
  limit: number,
): Promise<{ changed: ChangedAttempt[]; position: Checkpoint; isEnd: boolean }> {
  const { rows } = await database.query<Checkpoint & { courseId: string | null; attemptId: number | null }>({
    name: 'attempt changes',
    text: `select e.generation, e.transaction_id::text as xid, e.position,
                  case when e.metadata->>'courseId' = any($5) then e.metadata->>'courseId' end as "courseId",
                  (e.data->>'attemptId')::float as "attemptId"
             from events e where (${logOrder}) > ($1::integer, $2::xid8, $3::bigint) and ${isBelowHorizon}
            order by ${logOrder} limit $4`,
    values: [...positionValues(after), limit, courseIds],
  });
  const last = rows.at(-1);
  return {
    changed: rows.flatMap(({ courseId, attemptId }) => (courseId && attemptId ? [{ courseId, attemptId }] : [])),
    position: last ? positionOf(last) : after,
    isEnd: rows.length < limit,
  };
}
