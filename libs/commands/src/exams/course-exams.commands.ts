import { Command } from '@nestjs/cqrs';
import type { Origin, RegisteredExam } from '#domain';

/** Sets the exams of a course with a provider of LTI proctoring; all others go inactive (edx-exams.md §5.1). */
export class RegisterExams extends Command<void> {
  constructor(
    readonly courseId: string,
    readonly provider: string,
    readonly exams: readonly RegisteredExam[],
    readonly at: string,
    readonly origin: Origin,
  ) {
    super();
  }
}

/** Chooses the provider of a course's exams. With another provider, its active exams begin a generation (edx-exams.md §5.2). */
export class ConfigureExams extends Command<void> {
  constructor(
    readonly courseId: string,
    readonly provider: string | null,
    readonly escalationEmail: string | null,
    readonly by: number,
    readonly at: string,
    readonly origin: Origin,
  ) {
    super();
  }
}
