import type { Database } from '#connections';
import { fromRow, isRowId } from '../rows.js';
import type { ExamGeneration } from './exam-generation.view.js';

/** `isCurrent`: attempts at the exam begin in this generation. Only a current generation can be active. */
export type ListedGeneration = ExamGeneration & { isCurrent: boolean };

const generations = async (database: Database, name: string, where: string, values: unknown[]) => {
  const text = `select to_json(generation) as generation, exam.generation_id = generation.id as current
    from exam_generations generation join exams exam on exam.id = generation.exam_id
   where ${where} order by generation.id`;
  const { rows } = await database.query({ name, text, values });
  return rows.map(({ generation, current }): ListedGeneration => {
    const found = fromRow<ExamGeneration>(generation);
    return { ...found, isActive: current && found.isActive, isCurrent: current };
  });
};

export const generationById = async (
  database: Database,
  generationId: number | string,
): Promise<ListedGeneration | undefined> =>
  isRowId(generationId)
    ? (await generations(database, 'exam generation by id', 'generation.id = $1', [generationId]))[0]
    : undefined;

/** The generations with these ids, by id. */
export async function generationsByIds(
  database: Database,
  generationIds: readonly number[],
): Promise<Map<number, ListedGeneration>> {
  const found = await generations(database, 'exam generations by id', 'generation.id = any($1)', [generationIds]);
  return new Map(found.map((generation) => [generation.id, generation]));
}

/** All generations of a course's exams, active or not, by id. */
export const generationsOfCourse = (database: Database, courseId: string): Promise<ListedGeneration[]> =>
  generations(database, 'exam generations of course', 'generation.course_id = $1', [courseId]);
