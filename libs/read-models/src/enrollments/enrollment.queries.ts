import type { Database } from '#connections';
import { namesLike, type Page } from '../lists.js';

export type ProctoredLearner = { userId: number; username: string; mode: string };

/** Matches learners by onboarding history. An approval after `since` selects the second list. */
export type OnboardingFilter = { histories: readonly string[]; approvedHistories: readonly string[]; since: string };

/** Filters a course's learners. `search` is part of the user name or e-mail, in any ASCII case. */
export type LearnerFilter = { search: string; onboarding?: OnboardingFilter };

/** A page of a course's learners who may take proctored exams, by user name, and the number of all of them. */
export const proctoredLearners = async (
  database: Database,
  courseId: string,
  { search, onboarding }: LearnerFilter,
  pageOf: (count: number) => Page,
): Promise<{ count: number; learners: ProctoredLearner[] }> => {
  const { histories, approvedHistories, since } = onboarding ?? {};
  const values = [courseId, namesLike(search), histories, approvedHistories, since];
  // Without a name, each statement is planned for its search.
  const counted = await database.query(`select count(*) ${found}`, values);
  const count = Number(counted.rows[0].count);
  const { offset, limit } = pageOf(count);
  const page = `select user_id, username, mode ${found} order by username offset $6 limit $7`;
  const { rows } = await database.query(page, [...values, offset, limit]);
  return { count, learners: rows.map(({ user_id, ...rest }) => ({ userId: Number(user_id), ...rest })) };
};

const found = `
  from enrollments
 where course_id = $1 and includes_proctored and ($2::text is null or names like $2)
   and ($3::text[] is null
        or onboarding = any(case when approved_at > $5::timestamptz then $4::text[] else $3 end))`;

/** The onboarding histories that learners of a course have. */
export const onboardingHistories = async (database: Database, courseId: string): Promise<string[]> => {
  const text = 'select distinct onboarding from enrollments where course_id = $1 and includes_proctored';
  const { rows } = await database.read({ name: 'onboarding histories', text, values: [courseId] });
  return rows.map(({ onboarding }) => onboarding);
};
