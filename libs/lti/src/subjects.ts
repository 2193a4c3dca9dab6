import type { Database } from '#connections';

/** The name of a person at tools: a random UUID that says nothing about the person. */
export async function subOf(database: Database, userId: number): Promise<string> {
  const { rows } = await database.query({
    name: 'lti subject',
    text: `with made as (insert into lti_subjects (user_id) values ($1) on conflict do nothing returning sub)
           select sub from made union all select sub from lti_subjects where user_id = $1`,
    values: [userId],
  });
  // Another process made it at this moment, and this statement does not see it yet.
  return rows[0]?.sub ?? subOf(database, userId);
}

/** The person whom a tool names. Undefined if nobody has this name. */
export async function userOfSub(database: Database, sub: string): Promise<number | undefined> {
  const { rows } = await database.query('select user_id::float as id from lti_subjects where sub = $1', [sub]);
  return rows[0]?.id;
}

/** The names at tools of all learners with an attempt at a generation of an exam, with their user names. */
export async function subjectsOfExam(
  database: Database,
  { id, examId }: { id: number; examId: number },
): Promise<[string, string][]> {
  const learners = `select distinct user_id from attempts where exam_id = $1 and coalesce(generation_id, exam_id) = $2`;
  const values = [examId, id];
  await database.query(
    `insert into lti_subjects (user_id) ${learners} order by user_id on conflict do nothing`,
    values,
  );
  const { rows } = await database.query(
    `select sub, username from (${learners}) as learners join lti_subjects using (user_id) join users on users.id = user_id
      order by username`,
    values,
  );
  return rows.map(({ sub, username }) => [sub, username]);
}
