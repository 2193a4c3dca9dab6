import type pg from 'pg';
import { foundCount, listCount, type Page, pageFrom, patternOf } from './lists.js';

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
  const count = await countOf(pool, courseId, narrowed);
  const { backwards, skip, limit } = pageFrom(pageOf(count), count);
  if (limit === 0) return { count, learners: [] };
  const text = `select user_id, username, mode ${found}
                 order by username ${backwards ? 'desc' : 'asc'} offset $6 limit $7`;
  const { rows } = await pool.query(text, [...valuesOf(courseId, narrowed), skip, limit]);
  const learners = rows.map(({ user_id, ...rest }) => ({ userId: Number(user_id), ...rest }));
  return { count, learners: backwards ? learners.reverse() : learners };
};

// Without a name: so each is planned for what is asked, and what is not asked costs nothing.
const found = `
  from enrollments where course_id = $1 and includes_proctored and ($2::text is null or names like $2)
   and ($3::text[] is null or case when approved_at > $4::timestamptz then $5::boolean else onboarding = any($3) end)`;

const valuesOf = (courseId: string, { search, onboarding }: Narrowed) => [
  courseId,
  search === '' ? null : patternOf(search),
  onboarding?.statuses,
  onboarding?.since,
  onboarding?.isApprovedElsewhere,
];

const countOf = async (pool: pg.Pool, courseId: string, narrowed: Narrowed): Promise<number> => {
  const { search, onboarding } = narrowed;
  if (search === '' && !onboarding) return listCount(pool, 'learners', courseId);
  const counted = async (text: string) => Number((await pool.query(text, valuesOf(courseId, narrowed))).rows[0].count);
  const all = `select count(*) ${found}`;
  if (!onboarding) return foundCount(pool, 'learners', courseId, search, () => counted(all));
  if (search !== '') return counted(all);
  // Those with an approval elsewhere are a part by themselves, since it depends on the time whether it counts.
  return counted(`select sum(count) as count from (
      select sum(entries) as count from list_counts where list = 'learners' and course_id = $1 and part = any($3)
      union all ${all} and approved_at is not null) as parts`);
};
