import type pg from 'pg';
import { asInNames, countedEntries, hasName, isCalled, type Page, pageFrom, textAndPattern } from './lists.js';

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
  const { search, onboarding } = narrowed;
  const known =
    search !== '' && onboarding
      ? undefined
      : await countedEntries(pool, 'learners', courseId, search, onboarding && partsOf(onboarding));
  const found = known ? [] : valuesOf(courseId, narrowed, await textAndPattern(pool, 'learners', courseId, search));
  const count = known ? known.count : Number((await pool.query(countOfFound, found)).rows[0].count);
  const page = pageOf(count);
  const { backwards, skip, limit } = pageFrom(page, count);
  if (limit === 0) return { count, learners: [] };
  const start = known?.from(page.offset);
  // Without a name: so each is planned for what is asked, and what is not asked costs nothing.
  const { rows } = await (start
    ? pool.query(pageFromPlace(onboarding ? isAt(5) : hasName(5)), [
        ...[courseId, start.place ?? '', start.skip, limit],
        ...(onboarding ? valuesOfOnboarding(onboarding) : [asInNames(search)]),
      ])
    : pool.query(pageOfFound(backwards), [...found, skip, limit]));
  return { count, learners: rows.map(({ user_id, ...rest }) => ({ userId: Number(user_id), ...rest })) };
};

const isAt = (first: number) => `(
  onboarding = any($${first}) and (approved_at > $${first + 1}::timestamptz) is not true
  or approved_at > $${first + 1} and $${first + 2}::boolean)`;
const valuesOfOnboarding = (onboarding?: OnboardingAt) => [
  onboarding?.statuses,
  onboarding?.since,
  onboarding?.isApprovedElsewhere,
];

/** Those with an approval elsewhere are a part by themselves, since it depends on the time whether it counts. */
const partsOf = (onboarding: OnboardingAt) => ({
  parts: onboarding.statuses,
  besides: `select username as place from enrollments
             where course_id = $2 and includes_proctored and approved_at is not null and ${isAt(6)}`,
  values: valuesOfOnboarding(onboarding),
});

const pageFromPlace = (condition: string) => `
  select user_id, username, mode from enrollments
   where course_id = $1 and includes_proctored and ${condition} and username >= $2
   order by username offset $3 limit $4`;

const found = `
  from enrollments where course_id = $1 and includes_proctored and ($2::text is null or ${isCalled(2)})
   and ($4::text[] is null or ${isAt(4)})`;
const countOfFound = `select count(*) ${found}`;
const pageOfFound = (backwards: boolean) => `
  select * from (select user_id, username, mode ${found}
                  order by username ${backwards ? 'desc' : 'asc'} offset $7 limit $8) as page order by username`;

const valuesOf = (courseId: string, { search, onboarding }: Narrowed, called: string[]) => [
  courseId,
  ...(search === '' ? [null, null] : called),
  ...valuesOfOnboarding(onboarding),
];
