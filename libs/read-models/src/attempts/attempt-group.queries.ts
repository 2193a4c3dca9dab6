import type pg from 'pg';
import { foundCount, listCount, pageFrom, patternOf } from '#platform';
import { type AttemptRecord, attemptsOfPairs } from './attempt.queries.js';

export type AttemptGroup = { newest: AttemptRecord; all: AttemptRecord[] };
type Place = { attempt_id: string; exam_id: string; user_id: string };

const columns = 'attempt_id, exam_id, user_id';

/**
 * A page of a course's attempts, grouped by learner and exam, the group with the newest attempt first; and how many groups
 * there are. `search` is part of a user name or e-mail, in whatever ASCII case.
 */
export const attemptGroups = async (
  pool: pg.Pool,
  courseId: string,
  search: string,
  pageOf: (count: number) => { offset: number; limit: number },
): Promise<{ count: number; groups: AttemptGroup[] }> => {
  const { count, rows } = await (search === '' ? listed : searched)(pool, courseId, pageOf, search);
  const all = await attemptsOfPairs(
    pool,
    rows.map(({ exam_id }) => exam_id),
    rows.map(({ user_id }) => user_id),
  );
  const groups = rows.flatMap(({ attempt_id, exam_id, user_id }) => {
    const own = all.filter(({ examId, userId }) => examId === Number(exam_id) && userId === Number(user_id));
    const newest = own.find(({ id }) => id === Number(attempt_id));
    return newest ? [{ newest, all: own }] : []; // removed a moment ago
  });
  return { count, groups };
};

type PageOf = Parameters<typeof attemptGroups>[3];
type Listed = Promise<{ count: number; rows: Place[] }>;

const listed = async (pool: pg.Pool, courseId: string, pageOf: PageOf): Listed => {
  const count = await listCount(pool, 'attempts', courseId);
  const { skip, limit, backwards } = pageFrom(pageOf(count), count);
  const { rows } = await pool.query<Place>({
    name: `attempt groups${backwards ? ', from the end' : ''}`,
    text: backwards ? fromTheEnd : fromTheBeginning,
    values: [courseId, skip, limit],
  });
  return { count, rows: backwards ? rows.reverse() : rows };
};

/** Hours that lie before the page are not read, but counted. */
const pageByHour = (order: 'asc' | 'desc', idOrder: 'asc' | 'desc', isInOrAfterHour: string) => `
  with hours as (select hour, sum(entries) as entries from list_counts
                  where list = 'attempts' and course_id = $1 group by hour having sum(entries) > 0),
       placed as (select hour, (sum(entries) over (order by hour ${order}) - entries)::bigint as before from hours),
       first as (select hour, before from placed where before <= $2 order by before desc limit 1)
  select ${columns} from attempt_groups
   where course_id = $1 and ${isInOrAfterHour}
   order by created ${order}, attempt_id ${idOrder} limit $3 offset (select $2 - before from first)`;
const fromTheBeginning = pageByHour('desc', 'asc', `created < (select hour + interval '1 hour' from first)`);
const fromTheEnd = pageByHour('asc', 'desc', 'created >= (select hour from first)');

/** Without names: each is planned for how many are called so. */
const searched = async (pool: pg.Pool, courseId: string, pageOf: PageOf, search: string): Listed => {
  const values = [courseId, patternOf(search)];
  const all = 'select coalesce(sum(groups), 0) as count from attempt_learners where course_id = $1 and names like $2';
  const count = await foundCount(pool, 'attempts', courseId, search, async () =>
    Number((await pool.query(all, values)).rows[0].count),
  );
  const { skip, limit, backwards } = pageFrom(pageOf(count), count);
  const order = backwards ? 'created, attempt_id desc' : 'created desc, attempt_id';
  const text = `select ${columns} from attempt_groups join attempt_learners using (course_id, user_id)
                 where course_id = $1 and names like $2 order by ${order} offset $3 limit $4`;
  const { rows } = await pool.query<Place>(text, [...values, skip, limit]);
  return { count, rows: backwards ? rows.reverse() : rows };
};
