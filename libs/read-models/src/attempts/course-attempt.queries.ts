import { countedPage, type Database, type PageOf } from '#connections';
import type { Attempt } from '#domain';
import type { ExamGeneration } from '../exams/exam-generation.view.js';
import { namesLike } from '../lists.js';
import { fromRow } from '../rows.js';
import type { AttemptRecord } from './attempt.queries.js';
import { generationOfAttempt } from './attempt-generation.js';

/** An attempt with the generation of the exam that it belongs to. */
export type CourseAttempt = Attempt & { exam: ExamGeneration; user: AttemptRecord['user'] };

/** `search` is part of a user name or e-mail, in any ASCII case. An absent condition holds for all. */
export type CourseAttemptFilter = { search?: string; generationId?: number };

const ofAttempt = {
  allowedMinutes: 'attempt.allowed_time_limit_mins + trunc(attempt.extra_seconds / 60)',
  startedAt: 'attempt.started_at',
  completedAt: 'attempt.completed_at',
  status: 'attempt.status collate "C"',
  isReadyToResume: 'attempt.ready_to_resume',
};
const ofPerson = { username: 'users.username collate "C"', email: 'users.email collate "C"' };
const ofExam = {
  examName: 'exam_name collate "C"',
  examMinutes: 'time_limit_mins',
  examType: `case when is_practice_exam then 'practice' when is_proctored then 'proctored' else 'timed' end`,
};
export type CourseAttemptOrder = {
  by: keyof typeof ofAttempt | keyof typeof ofPerson | keyof typeof ofExam;
  isDescending: boolean;
};

/** A column, and the join that it needs. The few people and exams are sorted first, so that the many attempts sort by numbers. */
function sortingBy(by: CourseAttemptOrder['by']): { join: string; column: string } {
  if (by in ofAttempt) return { join: '', column: ofAttempt[by as keyof typeof ofAttempt] };
  const column = 'sorted.place';
  if (by in ofPerson)
    return {
      column,
      join: `left join (select user_id, rank() over (order by ${ofPerson[by as keyof typeof ofPerson]}) as place
        from attempt_learners join users on users.id = user_id where course_id = $1) sorted on sorted.user_id = attempt.user_id`,
    };
  return {
    column,
    join: `join (select id, rank() over (order by ${ofExam[by as keyof typeof ofExam]}) as place
      from exam_generations where course_id = $1) sorted on sorted.id = ${generationOfAttempt}`,
  };
}

const isOfGeneration = (id: string) =>
  `attempt.exam_id = (select exam_id from exam_generations where id = ${id} and course_id = $1)
   and ${generationOfAttempt} = ${id}`;

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
  const conditions =
    generationId === undefined
      ? 'attempt.exam_id = any(array(select id from exams where course_id = $1))'
      : isOfGeneration(next(generationId));
  const names = namesLike(search);
  const found =
    names === null
      ? ''
      : `join attempt_learners learner on learner.course_id = $1 and learner.user_id = attempt.user_id
           and learner.names like ${next(names)}`;
  const where = `where ${conditions}`;
  const { count, paging, values } = await countedPage(
    database,
    `from attempts attempt ${found} ${where}`,
    filtered,
    pageOf,
  );
  const { join, column } = order ? sortingBy(order.by) : { join: '', column: '' };
  const first = order
    ? `${column} ${order.isDescending ? 'desc' : 'asc'}`
    : search &&
      `attempt.user_id is not distinct from (select id from users where username = $${values.push(search)}) desc`;
  const sorted = [first, 'attempt.created desc', 'attempt.id desc'].filter(Boolean).join();
  const page = `select attempt.id from attempts attempt ${found} ${join} ${where} order by ${sorted} ${paging}`;
  return { count, results: await attemptsInOrder(database, page, values) };
}

async function attemptsInOrder(database: Database, page: string, values: unknown[]): Promise<CourseAttempt[]> {
  const { rows } = await database.query(
    `select to_json(attempt) as attempt, to_json(exam) as exam, person.username, person.email
       from (select id, row_number() over () as place from (${page}) as page) as asked
       join attempts attempt on attempt.id = asked.id
       join exam_generations exam on exam.id = ${generationOfAttempt}
       left join users person on person.id = attempt.user_id order by place`,
    values,
  );
  return rows.map(({ attempt, exam, username, email }) => ({
    ...fromRow<Attempt>(attempt),
    exam: fromRow<ExamGeneration>(exam),
    user: { id: attempt.user_id, username: username ?? '', email: email ?? '' },
  }));
}
