import type { Event } from '../event.js';

// These names and shapes are stored for ever. Add an optional field, or a new event; never rename.

/** All that can change about an exam. Minutes are whole; dates are ISO instants. */
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
};

export type ExamEvent =
  | Event<'ExamCreated', { examId: number; courseId: string; contentId: string; at: string } & ExamDefinition>
  | Event<'ExamRevised', { examId: number; at: string } & ExamDefinition>
  /** The text for the exam's reviewers (domain.md §1.3). */
  | Event<'ReviewPolicySet', { examId: number; policyId: number; policy: string; setBy: number; at: string }>
  | Event<'ReviewPolicyRemoved', { examId: number; at: string }>
  /** A publish of the course did not list the exam any more (domain.md §6.3). */
  | Event<'ExamWithdrawn', { examId: number; at: string }>;
