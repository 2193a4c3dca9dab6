import { Command } from '@nestjs/cqrs';
import type { ExamDefinition, Origin } from '#domain';

type NewExam = { courseId: string; contentId: string } & ExamDefinition;

export class AddExam extends Command<number> {
  constructor(
    readonly exam: Omit<NewExam, 'dueDate' | 'backend'>,
    readonly at: string,
    readonly origin: Origin,
  ) {
    super();
  }
}

/** Changes one exam; null and absent fields stay as they are. */
export class ChangeExam extends Command<number> {
  constructor(
    readonly examId: number | string,
    readonly changes: { [K in keyof ExamDefinition]?: ExamDefinition[K] | null },
    readonly at: string,
    readonly origin: Origin,
  ) {
    super();
  }
}

/** Sets the text for an exam's reviewers; an empty text removes it. */
export class SetExamReviewPolicy extends Command<void> {
  constructor(
    readonly examId: number | string,
    readonly policy: string,
    readonly setBy: number,
    readonly at: string,
    readonly origin: Origin,
  ) {
    super();
  }
}

/** An exam as a publish of its course lists it. A missing due date clears it; other missing fields stay. */
export type PublishedExam = Pick<
  ExamDefinition,
  'examName' | 'timeLimitMins' | 'isProctored' | 'isPracticeExam' | 'isActive' | 'hideAfterDue' | 'dueDate'
> & { contentId: string; externalId?: string | null; backend?: string };

/** Sets the exams of a course: creates or revises the listed exams, and withdraws all others (domain.md §6.3). */
export class PublishExams extends Command<number[]> {
  constructor(
    readonly courseId: string,
    readonly exams: readonly PublishedExam[],
    readonly at: string,
    readonly origin: Origin,
  ) {
    super();
  }
}

/** Proctored exams name providers that are not configured. `problems` has one item for each command, in their order. */
export class UnknownProviders extends Error {
  override readonly name = 'UnknownBackends';

  constructor(readonly problems: (string | undefined)[]) {
    super(problems.find(Boolean));
  }
}
