import type pg from 'pg';

/** A learner whose enrolment includes proctored exams. */
export type ProctoredLearner = { userId: number; username: string; mode: string };

/** Learners whose onboarding attempt has one of these statuses ('none' without one), unless an approval after `since` stands for it. */
export type OnboardingAt = { statuses: readonly string[]; since: string; isApprovedElsewhere: boolean };

/** What a course's learners are narrowed to; `search` is part of their user name or e-mail, in whatever ASCII case. */
export type Narrowed = { search: string; onboarding?: OnboardingAt };

type Page = { offset: number; limit: number };

/** How many entries a list of a course has, by what its triggers count. */
export const listCount = async (pool: pg.Pool, list: 'attempts' | 'learners', courseId: string): Promise<number> => {
  const text = 'select coalesce(sum(entries), 0) as count from list_counts where list = $1 and course_id = $2';
  return Number((await pool.query({ name: 'list count', text, values: [list, courseId] })).rows[0].count);
};

/** How to read a page of `count` rows: whichever end is nearer, rows are skipped from there. */
export const pageFrom = ({ offset, limit }: Page, count: number) => {
  const backwards = offset > count / 2 && offset < count;
  const size = Math.max(0, Math.min(limit, count - offset));
  return { backwards, limit: size, skip: backwards ? count - offset - size : offset };
};

/** What `names like` finds a search by; a NUL, which PostgreSQL refuses, and a line's end are in nobody's names. */
export const patternOf = (search: string): string => {
  if (/[\0\n]/.test(search)) return '\n\n';
  const lower = search.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return `%${lower.replace(/[\\%_]/g, '\\$&')}%`;
};

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
  if (narrowed.search === '' && !narrowed.onboarding) return listCount(pool, 'learners', courseId);
  // Those with an approval elsewhere are a part by themselves, since it depends on the time whether it counts.
  const parts = `select sum(count) as count from (
      select sum(entries) as count from list_counts where list = 'learners' and course_id = $1 and part = any($3)
      union all select count(*) ${found} and approved_at is not null) as parts`;
  const text = narrowed.search === '' ? parts : `select count(*) ${found}`;
  return Number((await pool.query(text, valuesOf(courseId, narrowed))).rows[0].count);
};
