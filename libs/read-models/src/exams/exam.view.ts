import { type Exam, type ExamEvent, evolveExam, isExamEvent } from '#domain';
import type { Projection } from '../projection.js';

export const examProjection: Projection = {
  table: 'exams',
  fields: [
    'id',
    'courseId',
    'contentId',
    'externalId',
    'examName',
    'timeLimitMins',
    'dueDate',
    'isProctored',
    'isPracticeExam',
    'isActive',
    'hideAfterDue',
    'backend',
    'reviewPolicyId',
    'reviewPolicy',
    'examType',
    'begunGenerationId',
  ],
  idOf: (event) => (isExamEvent(event) ? event.data.examId : undefined),
  evolve: (row: Exam | undefined, event: ExamEvent) => {
    const exam = evolveExam(row ?? null, event);
    return { ...exam, begunGenerationId: exam.generationId === exam.id ? null : exam.generationId };
  },
  derived: 'select keep_all_onboarding()',
};
