import type { Database } from '#connections';
import { isRowId } from '../rows.js';

/** The stream that an attempt is in, also once it is removed, and the course it belongs to. */
export const streamOfAttempt = async (
  database: Database,
  attemptId: string,
): Promise<{ stream: string; courseId: string } | undefined> => {
  if (!isRowId(attemptId)) return undefined;
  const text = `select stream, metadata->>'courseId' as "courseId" from events
                 where type = 'AttemptCreated' and (data->>'attemptId')::bigint = $1`;
  return (await database.read({ name: 'stream of attempt', text, values: [attemptId] })).rows[0];
};
