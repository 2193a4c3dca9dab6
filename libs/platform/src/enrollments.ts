import type pg from 'pg';
import { foundCount, isCalled, listCount, type Page, pageFrom, patternsOf } from './lists.js';

/** A learner whose enrolment includes proctored exams. */
export type ProctoredLearner = { userId: number; username: string; mode: string };

/** Learners whose onboarding attempt has one of these statuses ('none' without one), unless an approval after `since` stands for it. */
export type OnboardingAt = { statuses: readonly string[]; since: string; isApprovedElsewhere: boolean };

/** What a course's learners are narrowed to; `search` is part of their user name or e-mail, in whatever ASCII case. */
export type Narrowed = { search: string; onboarding?: OnboardingAt };

/** A page of a course's learners who may take proctored exams, by user name, and how many there are. */
export const proctoredLearners = async (
  pool: pg.Pool,
  courseId: string,
  narrowed: Narrowed,
  pageOf: (count: number) => Page,
): Promise<{ count: number; learners: ProctoredLearner[] }> => {
  const isWhole = narrowed.search === '' && !narrowed.onboarding;
  const count = await (isWhole ? listCount(pool, 'learners', courseId) : countOf(pool, courseId, narrowed));
  const page = pageOf(count);
  const { backwards, skip, limit } = pageFrom(page, count);
  if (limit === 0) return { count, learners: [] };
  const { rows } = await (isWhole
    ? pool.query({ name: 'page of learners', text: pageByName, values: [courseId, page.offset, limit] })
    : pool.query(pageOfFound(backwards), [...valuesOf(courseId, narrowed), skip, limit]));
  return { count, learners: rows.map(({ user_id, ...rest }) => ({ userId: Number(user_id), ...rest })) };
};

/** Learners that lie before the last sum before the page are not read, but counted. */
const pageByName = `
  with placed as (select username, is_sum, coalesce(sum(entries) over (
                           order by username groups between unbounded preceding and 1 preceding), 0)::bigint as before
                    from list_counts where list = 'learners' and course_id = $1),
       first as (select username, before from placed where is_sum and before <= $2 order by username desc limit 1)
  select user_id, username, mode from enrollments
   where course_id = $1 and includes_proctored and username >= coalesce((select username from first), '')
   order by username limit $3 offset $2 - coalesce((select before from first), 0)`;

// Without a name: so each is planned for what is asked, and what is not asked costs nothing.
const pageOfFound = (backwards: boolean) => `
  select * from (select user_id, username, mode ${found}
                  order by username ${backwards ? 'desc' : 'asc'} offset $9 limit $10) as page order by username`;
const found = `
  from enrollments where course_id = $1 and includes_proctored and ($2::text is null or ${isCalled(2)})
   and ($6::text[] is null or onboarding = any($6) and (approved_at > $7::timestamptz) is not true
        or approved_at > $7 and $8::boolean)`;

const valuesOf = (courseId: string, { search, onboarding }: Narrowed) => [
  courseId,
  ...(search === '' ? [null, null, null, null] : patternsOf(search)),
  onboarding?.statuses,
  onboarding?.since,
  onboarding?.isApprovedElsewhere,
];

const countOf = async (pool: pg.Pool, courseId: string, narrowed: Narrowed): Promise<number> => {
  const { search, onboarding } = narrowed;
  const everybody = 'select count(*) from enrollments where course_id = $1 and includes_proctored';
  if (!onboarding) return foundCount(pool, 'learners', courseId, search, everybody);
  const all = `select count(*) ${found}`;
  // Those with an approval elsewhere are a part by themselves, since it depends on the time whether it counts.
  const parts = `select sum(count) as count from (
      select sum(entries) as count from list_counts where list = 'learners' and course_id = $1 and part = any($6)
      union all ${all} and approved_at is not null) as parts`;
  const { rows } = await pool.query(search === '' ? parts : all, valuesOf(courseId, narrowed));
  return Number(rows[0].count);
};
