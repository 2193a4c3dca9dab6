import type pg from 'pg';
import { approvalsCountSince, isApproved, type OnboardingAttempt, statusesSeenAs } from '#domain';
import { findable } from '#platform';

/** The onboarding attempts of one learner: those of a course, and the last approval with a provider that still counts. */
export type LearnerOnboarding = { own: OnboardingAttempt[]; approved: OnboardingAttempt | undefined };

/**
 * What the onboarding status of learners follows from, by user id: attempts at the course's active practice exams taken as
 * proctored, last modified first, and approvals with this provider in any course (domain.md §7.1).
 */
export const onboardingOfLearners = async (
  pool: pg.Pool,
  userIds: readonly number[],
  courseId: string,
  backend: string | null,
  at: string,
): Promise<Map<number, LearnerOnboarding>> => {
  const text = `
    select attempt.user_id, attempt.id, attempt.status, to_json(attempt.modified) as modified,
           exam.course_id = $2 and exam.is_active as is_own,
           exam.backend is not distinct from $3 and attempt.status = 'verified' as is_approval
      from attempts attempt join exams exam on exam.id = attempt.exam_id
     where attempt.user_id = any($1::bigint[]) and attempt.taking_as_proctored and exam.is_practice_exam
       and (exam.course_id = $2 and exam.is_active
            or exam.backend is not distinct from $3 and attempt.status = 'verified')
     order by attempt.modified desc, attempt.id desc`;
  const { rows } = await pool.query({ name: 'onboarding', text, values: [userIds, courseId, backend] });
  const learners = new Map<number, LearnerOnboarding>(userIds.map((id) => [id, { own: [], approved: undefined }]));
  for (const { user_id, id, status, modified, is_own, is_approval } of rows) {
    const learner = learners.get(Number(user_id))!;
    const attempt = { id: Number(id), status, modified };
    if (is_own) learner.own.push(attempt);
    if (is_approval && isApproved(attempt, at)) learner.approved ??= attempt;
  }
  return learners;
};

/**
 * The ids of a course's learners whose onboarding instructors see as one of these words, by user name. It is
 * `onboardingSeenByStaff` in SQL: for every learner of the course, without a row leaving the database for each.
 */
export const learnersSeenAs = async (
  pool: pg.Pool,
  courseId: string,
  backend: string | null,
  words: readonly string[],
  search: string,
  at: string,
): Promise<number[]> => {
  const text = `
    with learner as materialized (
           select enrollments.user_id, enrollments.username from enrollments join users on users.id = user_id
            where course_id = $1 and includes_proctored and ($2 = '' or is_called(users.username, email, $2))),
         own as (
           select attempt.user_id, attempt.id, status, row_number() over newest_first as place,
                  attempt.id > coalesce(max(attempt.id) over (newest_first rows between unbounded preceding and 1 preceding), 0)
                    as is_highest
             from attempts attempt join exams exam on exam.id = exam_id
            where course_id = $1 and is_active and is_practice_exam and taking_as_proctored
           window newest_first as (partition by attempt.user_id order by modified desc, attempt.id desc)),
         -- A verified one, the last in this order; else the first; but one that was reset gives way to later ones.
         relevant as (
           select distinct on (user_id) user_id, status from own where status = 'verified' or is_highest
            order by user_id, status <> 'verified', status = 'onboarding_reset',
                     case when status in ('verified', 'onboarding_reset') then -place else place end),
         approved as (
           select distinct attempt.user_id from attempts attempt join exams exam on exam.id = exam_id
            where backend is not distinct from $3 and is_practice_exam and taking_as_proctored
              and status = 'verified' and modified > $4
              and attempt.user_id in (select user_id from learner))
    select array_agg(user_id order by username) as ids
      from learner left join relevant using (user_id) left join approved using (user_id)
     where case when approved.user_id is not null and relevant.status is distinct from 'verified' then $5
                when relevant.user_id is null then $6
                else relevant.status = any($7) end`;
  const { rows } = await pool.query(text, [
    courseId,
    findable(search),
    backend,
    approvalsCountSince(at),
    words.includes('other_course_approved'),
    words.includes('not_started'),
    statusesSeenAs(words),
  ]);
  return (rows[0].ids ?? []).map(Number);
};
