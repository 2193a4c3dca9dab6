import type pg from 'pg';
import type { Exam } from '#domain';
import { fromRow, isRowId } from '../rows.js';

const rows = async (pool: pg.Pool, name: string, where: string, values: unknown[]): Promise<Exam[]> => {
  const text = `select to_json(exam) as exam from exams exam where ${where} order by exam.id`;
  const found = await pool.query<{ exam: Record<string, unknown> }>({ name, text, values });
  return found.rows.map(({ exam }) => fromRow<Exam>(exam));
};

export const examById = async (pool: pg.Pool, examId: number | string): Promise<Exam | undefined> =>
  isRowId(examId) ? (await rows(pool, 'exam by id', 'exam.id = $1', [examId]))[0] : undefined;

/** The exams with these ids, by id; texts that are no ids have none. */
export async function examsByIds(pool: pg.Pool, examIds: readonly (number | string)[]): Promise<Map<string, Exam>> {
  const found = await rows(pool, 'exams by id', 'exam.id = any($1)', [examIds.filter(isRowId)]);
  const byId = new Map(found.map((exam) => [exam.id, exam]));
  return new Map(examIds.flatMap((id) => (byId.has(Number(id)) ? [[String(id), byId.get(Number(id))!]] : [])));
}

export const examByContent = async (pool: pg.Pool, courseId: string, contentId: string): Promise<Exam | undefined> =>
  (await rows(pool, 'exam by content', 'exam.course_id = $1 and exam.content_id = $2', [courseId, contentId]))[0];

/** All exams of a course, active or not, by id. */
export const examsOfCourse = (pool: pg.Pool, courseId: string): Promise<Exam[]> =>
  rows(pool, 'exams of course', 'exam.course_id = $1', [courseId]);
