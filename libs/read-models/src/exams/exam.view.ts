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
  ],
  idOf: (event) => (isExamEvent(event) ? event.data.examId : undefined),
  evolve: (row: Exam | undefined, event: ExamEvent) => evolveExam(row ?? null, event),
  derived: 'select keep_all_onboarding()',
};
