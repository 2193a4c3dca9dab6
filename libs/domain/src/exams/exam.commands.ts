import type { ExamDefinition } from './exam.events.js';
import type { ExamType } from './exam-type.js';

export type CreateExam = {
  type: 'CreateExam';
  data: { examId: number; courseId: string; contentId: string; at: string } & ExamDefinition;
};

/** A field that is null or absent stays as it is; but null clears the due date (domain.md §6.2). */
export type ReviseExam = {
  type: 'ReviseExam';
  data: { examId: number; at: string; changes: { [K in keyof ExamDefinition]?: ExamDefinition[K] | null } };
};

/** An exam as a publish to the API of edx-exams lists it (edx-exams.md §5.1). */
export type RegisteredExam = Pick<
  ExamDefinition,
  'examName' | 'timeLimitMins' | 'dueDate' | 'hideAfterDue' | 'isActive'
> & { contentId: string; examType: ExamType };

/** `generationId` is used if a generation begins. `provider`: the course's. */
export type RegisterExam = {
  type: 'RegisterExam';
  data: { examId: number; generationId: number; courseId: string; provider: string; at: string } & RegisteredExam;
};

/** The course has another provider. `examType`: for the new generation, if the exam's fields do not tell its type. */
export type SwitchExamProvider = {
  type: 'SwitchExamProvider';
  data: { examId: number; generationId: number; backend: string; at: string } & Pick<ExamDefinition, 'examType'>;
};

export type WithdrawExam = { type: 'WithdrawExam'; data: { examId: number; at: string } };

/** An empty text removes the policy (domain.md §6.6). `policyId` is used if the exam has no policy yet. */
export type SetReviewPolicy = {
  type: 'SetReviewPolicy';
  data: { examId: number; policyId: number; policy: string; setBy: number; at: string };
};

export type AnyExamCommand =
  | CreateExam
  | ReviseExam
  | RegisterExam
  | SwitchExamProvider
  | WithdrawExam
  | SetReviewPolicy;
