import type pg from 'pg';
import { foundCount, isCalled, listCount, type Page, pageFrom, patternsOf } from '#platform';
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
  const count = await (search === ''
    ? listCount(pool, 'attempts', courseId)
    : foundCount(pool, 'attempts', courseId, search, everybody));
  const { skip, limit, backwards } = pageFrom(pageOf(count), count);
  if (limit === 0) return { count, groups: [] };
  const page = [courseId, skip, limit];
  const attempts = await (search === ''
    ? attemptsOfGroups(
        pool,
        backwards ? fromTheEnd : fromTheBeginning,
        page,
        `attempt groups${backwards ? ', from the end' : ''}`,
      )
    : // Without a name: planned for how many are called so.
      attemptsOfGroups(pool, found(backwards), [courseId, ...patternsOf(search), skip, limit]));
  const groups: AttemptGroup[] = [];
  for (const attempt of attempts) {
    const last = groups.at(-1);
    if (last?.newest.examId === attempt.examId && last.newest.userId === attempt.userId) last.all.push(attempt);
    else groups.push({ newest: attempt, all: [attempt] });
  }
  return { count, groups };
};

/** Hours that lie before the page are not read, but counted. */
const pageByHour = (order: 'asc' | 'desc', idOrder: 'asc' | 'desc', isInOrAfterHour: string) => `
  with hours as (select hour, sum(entries) as entries from list_counts
                  where list = 'attempts' and course_id = $1 group by hour having sum(entries) > 0),
       placed as (select hour, (sum(entries) over (order by hour ${order}) - entries)::bigint as before from hours),
       first as (select hour, before from placed where before <= $2 order by before desc limit 1)
  select exam_id, user_id from attempt_groups
   where course_id = $1 and ${isInOrAfterHour}
   order by created ${order}, attempt_id ${idOrder} limit $3 offset (select $2 - before from first)`;
const fromTheBeginning = pageByHour('desc', 'asc', `created < (select hour + interval '1 hour' from first)`);
const fromTheEnd = pageByHour('asc', 'desc', 'created >= (select hour from first)');

const found = (backwards: boolean) => `
  select exam_id, user_id from attempt_groups join attempt_learners using (course_id, user_id)
   where course_id = $1 and ${isCalled(2)}
   order by ${backwards ? 'created, attempt_id desc' : 'created desc, attempt_id'} offset $6 limit $7`;

const everybody = 'select coalesce(sum(groups), 0) from attempt_learners where course_id = $1';
