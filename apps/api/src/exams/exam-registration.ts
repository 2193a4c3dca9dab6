import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Clock } from '#clock';
import { PublishExams, UnknownProviders } from '#commands';
import { abortable } from '#connections';
import type { Origin } from '#domain';
import { HttpAnswer } from '../http/http-answer.js';
import type { PublishedExamRequest } from './exams.requests.js';

/** Publishes a course's exams by the rules of edx-proctoring. */
@Injectable()
export class ExamRegistration {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
  ) {}

  /** @throws HttpAnswer 422 for exams with a provider that is not configured */
  async publish(courseId: string, published: readonly PublishedExamRequest[], by: Origin, client: AbortSignal) {
    const exams = published.map((item) => ({
      contentId: item.content_id,
      examName: item.exam_name,
      timeLimitMins: item.time_limit_mins,
      dueDate: item.due_date ?? null,
      isProctored: item.is_proctored,
      isPracticeExam: item.is_practice_exam,
      externalId: item.external_id,
      isActive: item.is_active,
      hideAfterDue: item.hide_after_due,
      backend: item.backend,
    }));
    try {
      const command = new PublishExams(courseId, exams, this.clock.now(), by);
      const ids = await abortable(client, () => this.commands.execute(command));
      return ids.map((exam_id) => ({ exam_id }));
    } catch (error) {
      if (!(error instanceof UnknownProviders)) throw error;
      const problems = error.problems.slice(0, exams.length);
      throw new HttpAnswer(
        422,
        problems.map((problem) => (problem ? { backend: [problem] } : {})),
      );
    }
  }
}
