import type { Database } from '#connections';
import type { Exam } from '#domain';
import { fromRow, isRowId } from '../rows.js';

const rows = async (database: Database, name: string, where: string, values: unknown[]): Promise<Exam[]> => {
  const text = `select to_json(exam) as exam from exams exam where ${where} order by exam.id`;
  const found = await database.query<{ exam: Record<string, unknown> }>({ name, text, values });
  return found.rows.map(({ exam }) => fromRow<Exam>(exam));
};

export const examById = async (database: Database, examId: number | string): Promise<Exam | undefined> =>
  isRowId(examId) ? (await rows(database, 'exam by id', 'exam.id = $1', [examId]))[0] : undefined;

/** The exams with these ids, by id. Texts that are no ids are skipped. */
export async function examsByIds(
  database: Database,
  examIds: readonly (number | string)[],
): Promise<Map<string, Exam>> {
  const found = await rows(database, 'exams by id', 'exam.id = any($1)', [examIds.filter(isRowId)]);
  const byId = new Map(found.map((exam) => [exam.id, exam]));
  return new Map(examIds.flatMap((id) => (byId.has(Number(id)) ? [[String(id), byId.get(Number(id))!]] : [])));
}

export const examByContent = async (
  database: Database,
  courseId: string,
  contentId: string,
): Promise<Exam | undefined> =>
  (await rows(database, 'exam by content', 'exam.course_id = $1 and exam.content_id = $2', [courseId, contentId]))[0];

/** All exams of a course, active or not, by id. */
export const examsOfCourse = (database: Database, courseId: string): Promise<Exam[]> =>
  rows(database, 'exams of course', 'exam.course_id = $1', [courseId]);
