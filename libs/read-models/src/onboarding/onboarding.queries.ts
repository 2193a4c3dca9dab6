import type { Database } from '#connections';
import { isHistorySeenAs, isValidApproval, type OnboardingAttempt, oldestValidApproval, wordForHistory } from '#domain';
import { type OnboardingFilter, onboardingHistories } from '../enrollments/enrollment.queries.js';

/** A learner's onboarding attempts in a course, and the last approval with a provider that still counts. */
export type LearnerOnboarding = { own: OnboardingAttempt[]; approved: OnboardingAttempt | undefined };

/**
 * The facts from which the onboarding status of learners follows, by user id (domain.md §7.1): attempts taken as proctored at
 * the current generations of the course's active practice exams, last modified first, and approvals with this provider in any
 * course.
 */
export const onboardingOfLearners = async (
  database: Database,
  userIds: readonly number[],
  courseId: string,
  backend: string | null,
  at: string,
): Promise<Map<number, LearnerOnboarding>> => {
  const text = `
    select user_id, id, status, to_json(modified) as modified, is_own, is_approval from (
      select attempt.user_id, attempt.id, attempt.status, attempt.modified,
             exam.course_id = $2 and exam.is_active and earlier.id is null as is_own,
             case when earlier.id is null then exam.backend else earlier.backend end is not distinct from $3
               and attempt.status = 'verified' as is_approval
        from attempts attempt join exams exam on exam.id = attempt.exam_id
        left join exam_generations earlier on earlier.id = coalesce(attempt.generation_id, exam.id)
              and earlier.id <> exam.generation_id
       where attempt.user_id = any($1::bigint[]) and attempt.taking_as_proctored
         and coalesce(earlier.is_practice_exam, exam.is_practice_exam)
    ) as attempt where is_own or is_approval order by attempt.modified desc, id desc`;
  const { rows } = await database.read({ name: 'onboarding', text, values: [userIds, courseId, backend] });
  const learners = new Map<number, LearnerOnboarding>(userIds.map((id) => [id, { own: [], approved: undefined }]));
  for (const { user_id, id, status, modified, is_own, is_approval } of rows) {
    const learner = learners.get(Number(user_id))!;
    const attempt = { id: Number(id), status, modified };
    if (is_own) learner.own.push(attempt);
    if (is_approval && isValidApproval(attempt, at)) learner.approved ??= attempt;
  }
  return learners;
};

/** The filter for learners whose onboarding staff see as one of these words. */
export const onboardingFilter = async (
  database: Database,
  courseId: string,
  words: readonly string[],
  at: string,
): Promise<OnboardingFilter> => {
  const histories = await onboardingHistories(database, courseId);
  return {
    histories: histories.filter((history) => isHistorySeenAs(words, history, false)),
    approvedHistories: histories.filter((history) => isHistorySeenAs(words, history, true)),
    since: oldestValidApproval(at),
  };
};

/** How many of a course's learners staff see with each word and with each enrolment mode. */
export const onboardingCounts = async (database: Database, courseId: string, at: string) => {
  const { rows } = await database.query(
    `select onboarding, coalesce(approved_at > $2::timestamptz, false) as "isApproved", mode, count(*)::int as learners
       from enrollments where course_id = $1 and includes_proctored group by 1, 2, 3`,
    [courseId, oldestValidApproval(at)],
  );
  const words = new Map<string | null, number>();
  const modes = new Map<string, number>();
  for (const { onboarding, isApproved, mode, learners } of rows) {
    const word = wordForHistory(onboarding, isApproved);
    words.set(word, (words.get(word) ?? 0) + learners);
    modes.set(mode, (modes.get(mode) ?? 0) + learners);
  }
  return { words, modes };
};
