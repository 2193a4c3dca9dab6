import { countedPage, type Database, type PageOf } from '#connections';
import { namesLike, personLike } from '../lists.js';

export type ProctoredLearner = { userId: number; username: string; mode: string };

/** Matches learners by onboarding history. An approval after `since` selects the second list. */
export type OnboardingFilter = { histories: readonly string[]; approvedHistories: readonly string[]; since: string };

/** Filters a course's learners. `search` is part of the user name or e-mail, in any ASCII case. */
export type LearnerFilter = { search: string; mode?: string; onboarding?: OnboardingFilter };

/** A page of a course's learners who may take proctored exams, by user name, and the number of all of them. */
export const proctoredLearners = async (
  database: Database,
  courseId: string,
  { search, mode, onboarding }: LearnerFilter,
  pageOf: PageOf,
): Promise<{ count: number; learners: ProctoredLearner[] }> => {
  const { histories, approvedHistories, since } = onboarding ?? {};
  const filtered = [courseId, namesLike(search), histories, approvedHistories, since, mode];
  const { count, paging, values } = await countedPage(database, found, filtered, pageOf);
  const { rows } = await database.query(`select user_id, username, mode ${found} order by username ${paging}`, values);
  return { count, learners: rows.map(({ user_id, ...rest }) => ({ userId: Number(user_id), ...rest })) };
};

const found = `
  from enrollments
 where course_id = $1 and includes_proctored and ($2::text is null or names like $2)
   and ($3::text[] is null
        or onboarding = any(case when approved_at > $5::timestamptz then $4::text[] else $3 end))
   and ($6::text is null or mode = $6)`;

/** The onboarding histories that learners of a course have. */
export const onboardingHistories = async (database: Database, courseId: string): Promise<string[]> => {
  const text = 'select distinct onboarding from enrollments where course_id = $1 and includes_proctored';
  const { rows } = await database.read({ name: 'onboarding histories', text, values: [courseId] });
  return rows.map(({ onboarding }) => onboarding);
};

export type EnrolledLearner = { id: number; username: string; email: string; fullName: string; mode: string };

/** A page of a course's enrolled learners, by user name. `search` is part of the user name, e-mail or full name, in any case. */
export const learnersOfCourse = async (
  database: Database,
  courseId: string,
  search: string,
  pageOf: PageOf,
): Promise<{ count: number; learners: EnrolledLearner[] }> => {
  const filtered = [courseId, personLike(search)];
  const enrolled = `from enrollments where course_id = $1 and is_active
    and ($2::text is null or user_id in (select id from users where search_names like $2))`;
  const { count, paging, values } = await countedPage(database, enrolled, filtered, pageOf);
  const { rows } = await database.query(
    `select id, users.username, email, full_name as "fullName", mode
       from (select user_id, username, mode ${enrolled} order by username ${paging}) page
       join users on users.id = user_id order by page.username`,
    values,
  );
  return { count, learners: rows.map((row) => ({ ...row, id: Number(row.id) })) };
};

/** Those of these users who are enrolled in the course. */
export const enrolledUsers = async (
  database: Database,
  courseId: string,
  userIds: readonly number[],
): Promise<Set<number>> => {
  const text = 'select user_id from enrollments where course_id = $1 and user_id = any($2) and is_active';
  const { rows } = await database.query(text, [courseId, userIds]);
  return new Set(rows.map(({ user_id }) => Number(user_id)));
};

/** The courses of a learner that have an onboarding exam, by name. */
export const coursesWithOnboarding = async (
  database: Database,
  userId: number,
): Promise<{ courseId: string; name: string | null }[]> => {
  const { rows } = await database.query(
    `select course_id as "courseId", display_name as name from enrollments left join courses using (course_id)
      where user_id = $1 and enrollments.is_active
        and exists (select from exams where exams.course_id = enrollments.course_id
                                        and exams.is_active and is_proctored and is_practice_exam)
      order by display_name, course_id limit 100`,
    [userId],
  );
  return rows;
};
