import type { ExamDefinition } from './exam.events.js';

export const examTypes = ['timed', 'onboarding', 'practice', 'proctored'] as const;
export type ExamType = (typeof examTypes)[number];

type TypeFields = Pick<ExamDefinition, 'isProctored' | 'isPracticeExam' | 'examType'>;

/** The kind of an exam as clients name it (domain.md §1.1). */
export const examTypeOf = (exam: TypeFields, supportsOnboarding: boolean): ExamType => {
  if (!exam.isProctored && !exam.isPracticeExam) return 'timed';
  if (exam.isProctored && exam.isPracticeExam) return exam.examType ?? (supportsOnboarding ? 'onboarding' : 'practice');
  return 'proctored';
};

/** The fields of an exam of this type. */
export const fieldsOfType = (type: ExamType): TypeFields => {
  const examType = type === 'practice' || type === 'onboarding' ? type : null;
  return { isProctored: type !== 'timed', isPracticeExam: examType !== null, examType };
};
