import { Injectable } from '@nestjs/common';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { providerStates } from '#delivery';
import { blockedLearners } from '#event-store';
import { configuredProvider } from '#providers';
import { examsOfCourse } from '#read-models';

export type BoardState = {
  clock_warning: string | null;
  exams: { exam_id: number; exam_name: string; provider: string | null; provider_answers: boolean }[];
  blocked: { exam_id: number; user_id: number; subscription: string }[];
};

/** The state of a course's exams that staff must know beside the attempts. Not all of it is in the log. */
@Injectable()
export class BoardStates {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
  ) {}

  async of(courseId: string): Promise<BoardState> {
    const { settings } = this.configuration;
    const [exams, providers, blocked] = await Promise.all([
      examsOfCourse(this.database, courseId),
      providerStates(this.database, settings),
      blockedLearners(this.database, [courseId]),
    ]);
    const silent = new Set(providers.filter(({ circuit }) => circuit !== 'closed').map(({ provider }) => provider));
    return {
      clock_warning: this.clock.reasonToEndNoAttempt() ?? null,
      exams: exams.map(({ id, examName, isProctored, backend }) => {
        const provider = isProctored ? (configuredProvider(settings, backend)?.name ?? backend) : null;
        return {
          exam_id: id,
          exam_name: examName,
          provider,
          provider_answers: provider === null || !silent.has(provider),
        };
      }),
      blocked: blocked.map(({ examId: exam_id, userId: user_id, subscription }) => ({
        exam_id,
        user_id,
        subscription,
      })),
    };
  }
}
