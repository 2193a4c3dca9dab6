import type { Shape } from '../../api/client.js';

export type CourseExam = Shape<'CourseExam'>;

/** An exam in the cache of queries. */
export const examKey = (examId: number) => ['exam', examId];
