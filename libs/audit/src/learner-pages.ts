import type { Database } from '#connections';

/** The next learners with a stream at an exam of the course, by user id. */
export async function learnersAfter(
  database: Database,
  courseId: string,
  userId: number,
  limit: number,
): Promise<number[]> {
  const { rows } = await database.query(
    `with found as materialized (
       select split_part(id, '-', 3)::bigint as user_id from streams
        where id like any(array(select 'attempts-' || exams.id || '-%' from exams where course_id = $1)))
     select distinct user_id from found where user_id > $2 order by user_id limit $3`,
    [courseId, userId, limit],
  );
  return rows.map(({ user_id }) => Number(user_id));
}

/** The streams of these learners at these exams, in the order of exams. The table of streams is read once. */
export async function streamsOfLearners(
  database: Database,
  learners: readonly number[],
  examIds: readonly number[],
): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select id from streams where id like 'attempts-%' and split_part(id, '-', 3) = any($1)
        and split_part(id, '-', 2) = any($2) order by id`,
    [learners.map(String), examIds.map(String)],
  );
  return rows.map(({ id }) => id);
}
