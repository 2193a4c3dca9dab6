import type { Database } from '#connections';

export type AttemptPoll = { attemptId: number; userId: number; polledAt: string };

/** Records when attempts were polled, each at most once a minute, whatever the number of processes. */
export async function recordAttemptPolls(database: Database, polls: readonly AttemptPoll[]): Promise<void> {
  // In one order, so that processes do not wait for each other in a circle.
  const sorted = polls.toSorted((a, b) => a.attemptId - b.attemptId);
  await database.query({
    name: 'record attempt polls',
    text: `insert into attempt_polls (attempt_id, user_id, polled_at)
      select * from unnest($1::bigint[], $2::bigint[], $3::timestamptz[])
      on conflict (attempt_id) do update set polled_at = excluded.polled_at, recorded_at = now()
      where attempt_polls.polled_at <= excluded.polled_at - interval '1 minute'`,
    values: [
      sorted.map(({ attemptId }) => attemptId),
      sorted.map(({ userId }) => userId),
      sorted.map(({ polledAt }) => polledAt),
    ],
  });
}

/** The polls of these courses that were recorded in the last seconds. */
export async function recentAttemptPolls(
  database: Database,
  courseIds: readonly string[],
  seconds: number,
): Promise<(AttemptPoll & { courseId: string })[]> {
  const { rows } = await database.query({
    name: 'recent attempt polls',
    text: `select poll.attempt_id::float as "attemptId", poll.user_id::float as "userId",
                  iso_time(poll.polled_at) as "polledAt", exam.course_id as "courseId"
             from attempt_polls poll
             join attempts attempt on attempt.id = poll.attempt_id
             join exams exam on exam.id = attempt.exam_id
            where poll.recorded_at > now() - make_interval(secs => $2) and exam.course_id = any($1)`,
    values: [courseIds, seconds],
  });
  return rows;
}

/** Nobody asks for the polls of yesterday. */
export const pruneAttemptPolls = (database: Database) =>
  database.query(`delete from attempt_polls where recorded_at < now() - interval '1 day'`);
