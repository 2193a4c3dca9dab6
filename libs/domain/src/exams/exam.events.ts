import type { Event } from '../event.js';

// The log keeps these names and shapes for ever. Add an optional field, or a new event; never rename.

/** The fields of an exam that can change. Minutes are whole; dates are ISO instants. */
export type ExamDefinition = {
  examName: string;
  timeLimitMins: number;
  dueDate: string | null;
  isProctored: boolean;
  isPracticeExam: boolean;
  isActive: boolean;
  hideAfterDue: boolean;
  externalId: string | null;
  backend: string | null;
  /** Only where `isProctored` and `isPracticeExam` do not tell the type. */
  examType?: 'practice' | 'onboarding' | null;
};

/** `generationId`: absent for the exam's first generation, whose id is the exam's. */
type OfGeneration = { examId: number; generationId?: number; at: string };

export type ExamEvent =
  | Event<'ExamCreated', { examId: number; courseId: string; contentId: string; at: string } & ExamDefinition>
  | Event<'ExamRevised', OfGeneration & ExamDefinition>
  /** The exam has another type or provider from now on, or is back. Its attempts begin anew (edx-exams.md §11). */
  | Event<'ExamGenerationBegun', { examId: number; generationId: number; at: string } & ExamDefinition>
  /** The text for the exam's reviewers (domain.md §1.3). */
  | Event<'ReviewPolicySet', { examId: number; policyId: number; policy: string; setBy: number; at: string }>
  | Event<'ReviewPolicyRemoved', { examId: number; at: string }>
  /** The course was published without the exam (domain.md §6.3). */
  | Event<'ExamWithdrawn', OfGeneration>;
