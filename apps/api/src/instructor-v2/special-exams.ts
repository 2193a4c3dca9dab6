import type { Database } from '#connections';
import { generationById, type ListedGeneration } from '#read-models';
import { instructorRefusal } from './instructor-v2.answers.js';

/** Why an exam is not of the course; undefined if it is. */
export const problemOfExam = (exam: ListedGeneration | undefined, courseId: string): string | undefined => {
  if (!exam) return 'Exam not found';
  return exam.courseId === courseId ? undefined : 'Exam not found in this course';
};

/** The exam of a course. @throws HttpAnswer with status 404 */
export async function specialExamOf(database: Database, courseId: string, examId: string): Promise<ListedGeneration> {
  const exam = await generationById(database, examId);
  const problem = problemOfExam(exam, courseId);
  if (problem) throw instructorRefusal(404, problem);
  return exam!;
}
