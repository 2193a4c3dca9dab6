import type { Database } from '#connections';
import { isStaffRow } from '#roster';
import { isRowId } from '../rows.js';

/** The stream, course, exam and learner of an attempt, also of a removed one, and whether the user is staff of the course. */
export const streamOfAttempt = async (
  database: Database,
  attemptId: string,
  callerId?: number,
): Promise<{ stream: string; courseId: string; examId: number; userId: number; isStaff: boolean } | undefined> => {
  if (!isRowId(attemptId)) return undefined;
  const text = `select stream, metadata->>'courseId' as "courseId", (metadata->>'examId')::float as "examId",
                       (metadata->>'userId')::float as "userId", exists (
                  select from course_staff
                   where user_id = $2 and course_id = metadata->>'courseId' and ${isStaffRow}) as "isStaff"
                  from events where type = 'AttemptCreated' and (data->>'attemptId')::bigint = $1`;
  return (await database.read({ name: 'stream of attempt', text, values: [attemptId, callerId] })).rows[0];
};

/** The streams of the attempts with these codes, also of removed ones. */
export const streamsOfCodes = async (database: Database, codes: readonly string[]): Promise<string[]> => {
  const text = `select distinct stream from events where type = 'AttemptCreated' and data->>'attemptCode' = any($1)`;
  return (await database.query<{ stream: string }>(text, [codes])).rows.map(({ stream }) => stream);
};
