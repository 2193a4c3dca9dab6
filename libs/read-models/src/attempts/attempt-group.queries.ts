import type { Database } from '#connections';
import { namesLike, type Page } from '../lists.js';
import { type AttemptRecord, attemptsOfGroups } from './attempt.queries.js';

export type AttemptGroup = { newest: AttemptRecord; all: AttemptRecord[] };

/**
 * A page of a course's attempts, grouped by learner and exam, and the number of all groups. The group with the newest
 * attempt comes first. `search` is part of a user name or e-mail, in any ASCII case.
 */
export const attemptGroups = async (
  database: Database,
  courseId: string,
  search: string,
  pageOf: (count: number) => Page,
): Promise<{ count: number; groups: AttemptGroup[] }> => {
  const values = [courseId, namesLike(search)];
  // Without a name, each statement is planned for its search.
  const counted = await database.query(`select count(*) ${found}`, values);
  const count = Number(counted.rows[0].count);
  const { offset, limit } = pageOf(count);
  const page = `select exam_id, user_id ${found} order by attempt_groups.created desc, attempt_id offset $3 limit $4`;
  const attempts = await attemptsOfGroups(database, page, [...values, offset, limit]);
  const groups: AttemptGroup[] = [];
  for (const attempt of attempts) {
    const last = groups.at(-1);
    if (last?.newest.examId === attempt.examId && last.newest.userId === attempt.userId) last.all.push(attempt);
    else groups.push({ newest: attempt, all: [attempt] });
  }
  return { count, groups };
};

// The list without a search also has attempts of learners whose names are unknown.
const found = `
  from attempt_groups left join attempt_learners using (course_id, user_id)
 where course_id = $1 and ($2::text is null or names like $2)`;
