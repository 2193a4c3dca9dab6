import { countedPage, type Database, type PageOf } from '#connections';
import type { Attempt } from '#domain';
import type { ExamGeneration } from '../exams/exam-generation.view.js';
import { namesLike } from '../lists.js';
import { fromRow } from '../rows.js';
import type { AttemptRecord } from './attempt.queries.js';

/** An attempt with the generation of the exam that it belongs to. */
export type CourseAttempt = Attempt & { exam: ExamGeneration; user: AttemptRecord['user'] };

/** `search` is part of a user name or e-mail, in any ASCII case. An absent condition holds for all. */
export type CourseAttemptFilter = { search?: string; generationId?: number };

const columns = {
  username: 'person.username collate "C"',
  email: 'person.email collate "C"',
  examName: 'exam.exam_name collate "C"',
  examMinutes: 'exam.time_limit_mins',
  examType: `case when exam.is_practice_exam then 'practice' when exam.is_proctored then 'proctored' else 'timed' end`,
  allowedMinutes: 'attempt.allowed_time_limit_mins + trunc(attempt.extra_seconds / 60)',
  startedAt: 'attempt.started_at',
  completedAt: 'attempt.completed_at',
  status: 'attempt.status collate "C"',
  isReadyToResume: 'attempt.ready_to_resume',
};
export type CourseAttemptOrder = { by: keyof typeof columns; isDescending: boolean };

const inGeneration = `join exam_generations exam
  on exam.exam_id = attempt.exam_id and exam.id = coalesce(attempt.generation_id, attempt.exam_id)`;
const withPerson = 'left join users person on person.id = attempt.user_id';

/**
 * A page of the single attempts of a course, and their number. Without an order, those of the learner with exactly the
 * searched user name come first, and then the newest.
 */
export async function courseAttempts(
  database: Database,
  courseId: string,
  { search = '', generationId }: CourseAttemptFilter,
  order: CourseAttemptOrder | undefined,
  pageOf: PageOf,
): Promise<{ count: number; results: CourseAttempt[] }> {
  const filtered: unknown[] = [courseId];
  const next = (value: unknown) => `$${filtered.push(value)}`;
  const conditions = ['exam.course_id = $1'];
  if (generationId !== undefined) conditions.push(`exam.id = ${next(generationId)}`);
  const names = namesLike(search);
  if (names !== null)
    conditions.push(
      `attempt.user_id = any(array(select user_id from attempt_learners where course_id = $1 and names like ${next(names)}))`,
    );
  const where = `where ${conditions.join(' and ')}`;
  const found = `from attempts attempt ${inGeneration} ${where}`;
  const { count, paging, values } = await countedPage(database, found, filtered, pageOf);
  const first = order
    ? `${columns[order.by]} ${order.isDescending ? 'desc' : 'asc'}`
    : search && `(person.username = $${values.push(search)}) desc nulls last`;
  const sorted = [first, 'attempt.created desc', 'attempt.id desc'].filter(Boolean).join();
  const page = `select attempt.id from attempts attempt ${inGeneration} ${withPerson} ${where} order by ${sorted} ${paging}`;
  return { count, results: await attemptsInOrder(database, page, values) };
}

async function attemptsInOrder(database: Database, page: string, values: unknown[]): Promise<CourseAttempt[]> {
  const { rows } = await database.query(
    `select to_json(attempt) as attempt, to_json(exam) as exam, person.username, person.email
       from (select id, row_number() over () as place from (${page}) as page) as asked
       join attempts attempt on attempt.id = asked.id ${inGeneration} ${withPerson} order by place`,
    values,
  );
  return rows.map(({ attempt, exam, username, email }) => ({
    ...fromRow<Attempt>(attempt),
    exam: fromRow<ExamGeneration>(exam),
    user: { id: attempt.user_id, username: username ?? '', email: email ?? '' },
  }));
}
