import { countedPage, type Database, type PageOf } from '#connections';
import type { Exam } from '#domain';
import { namesLike } from '../lists.js';
import { fromRow } from '../rows.js';

/** An exam with the number of its attempts: all, those that run, and those that wait for a review. */
export type ListedExam = Exam & { attempts: number; running: number; waiting: number };

const sortColumns = {
  name: 'exam_name',
  minutes: 'time_limit_mins',
  due: 'due_date',
  attempts: 'attempts',
  running: 'running',
  waiting: 'waiting',
};
/** A leading minus sorts from the last to the first. */
export const examSorts = Object.keys(sortColumns).flatMap((name) => [name, `-${name}`]);

export type ExamFilter = { search?: string; isActive?: boolean; sort?: string };

/** The exams of a course, and their number. */
export async function examList(
  database: Database,
  courseId: string,
  { search = '', isActive, sort = 'name' }: ExamFilter,
  pageOf: PageOf,
): Promise<{ count: number; exams: ListedExam[] }> {
  const found = `from exams where course_id = $1 and ($2::boolean is null or is_active = $2)
    and ($3::text is null or exam_name ilike $3 or content_id ilike $3)`;
  const filtered = [courseId, isActive ?? null, namesLike(search)];
  const { count, paging, values } = await countedPage(database, found, filtered, pageOf);
  const column = sortColumns[sort.replace('-', '') as keyof typeof sortColumns];
  const order = `${column} ${sort.startsWith('-') ? 'desc' : 'asc'} nulls last, id`;
  return { count, exams: await listed(database, `select * ${found}`, `order by ${order} ${paging}`, values) };
}

export const listedExam = async (database: Database, examId: number): Promise<ListedExam | undefined> =>
  (await listed(database, 'select * from exams where id = $1', '', [examId]))[0];

async function listed(database: Database, found: string, order: string, values: unknown[]): Promise<ListedExam[]> {
  const { rows } = await database.query(
    `with found as materialized (${found}), counted as (
       select exam_id as id, count(*) as attempts,
              count(*) filter (where status in ('started', 'ready_to_submit')) as running,
              count(*) filter (where status in ('submitted', 'timed_out') and taking_as_proctored) as waiting
         from attempts where exam_id = any(select id from found) group by exam_id
     ), exam as (
       select found.*, coalesce(attempts, 0) as attempts, coalesce(running, 0) as running, coalesce(waiting, 0) as waiting
         from found left join counted using (id)
     )
     select to_json(exam) as exam from exam ${order}`,
    values,
  );
  return rows.map(({ exam }) => fromRow<ListedExam>(exam));
}
