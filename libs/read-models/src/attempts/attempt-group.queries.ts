import type pg from 'pg';
import { asInNames, countedEntries, hasName, isCalled, type Page, pageFrom, textAndPattern } from '#platform';
import { type AttemptRecord, attemptsOfGroups } from './attempt.queries.js';

export type AttemptGroup = { newest: AttemptRecord; all: AttemptRecord[] };

/**
 * A page of a course's attempts, grouped by learner and exam, the group with the newest attempt first; and how many groups
 * there are. `search` is part of a user name or e-mail, in whatever ASCII case.
 */
export const attemptGroups = async (
  pool: pg.Pool,
  courseId: string,
  search: string,
  pageOf: (count: number) => Page,
): Promise<{ count: number; groups: AttemptGroup[] }> => {
  const known = await countedEntries(pool, 'attempts', courseId, search);
  const called = known ? [] : await textAndPattern(pool, 'attempts', courseId, search);
  const count = known ? known.count : await foundCount(pool, [courseId, ...called]);
  const page = pageOf(count);
  const { skip, limit, backwards } = pageFrom(page, count);
  if (limit === 0) return { count, groups: [] };
  const start = known?.from(page.offset);
  const attempts = await (start
    ? attemptsOfGroups(
        pool,
        pageFromPlace(search !== ''),
        [courseId, start.place ?? 'infinity', start.skip, limit, ...(search === '' ? [] : [asInNames(search)])],
        `attempt groups${search === '' ? '' : ', searched'}`,
      )
    : // Without a name: planned for how many are called so.
      attemptsOfGroups(pool, pageOfFound(backwards), [courseId, ...called, skip, limit]));
  const groups: AttemptGroup[] = [];
  for (const attempt of attempts) {
    const last = groups.at(-1);
    if (last?.newest.examId === attempt.examId && last.newest.userId === attempt.userId) last.all.push(attempt);
    else groups.push({ newest: attempt, all: [attempt] });
  }
  return { count, groups };
};

// Not a join: from a place on, few are looked at, whatever the planner thinks of it.
const isOfNamed = `and (select ${hasName(5)} from attempt_learners
                       where (course_id, user_id) = (attempt_groups.course_id, attempt_groups.user_id))`;
const pageFromPlace = (isSearched: boolean) => `
  select exam_id, user_id from attempt_groups
   where course_id = $1 and created <= $2::timestamptz ${isSearched ? isOfNamed : ''}
   order by created desc, attempt_id offset $3 limit $4`;

// In a whole list are also attempts of learners whose names are not known.
const found = `from attempt_groups left join attempt_learners using (course_id, user_id)
              where course_id = $1 and ($2 = '' or ${isCalled(2)})`;
const pageOfFound = (backwards: boolean) => `
  select exam_id, user_id ${found}
   order by ${backwards ? 'created, attempt_id desc' : 'created desc, attempt_id'} offset $4 limit $5`;
const foundCount = async (pool: pg.Pool, values: unknown[]): Promise<number> =>
  Number((await pool.query(`select count(*) ${found}`, values)).rows[0].count);
