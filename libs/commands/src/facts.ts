import { Injectable } from '@nestjs/common';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import {
  type ExamFacts,
  type Facts,
  generationOf,
  type LearnerAtExam,
  type LearnerAtExamCommand,
  Refusal,
  releases,
} from '#domain';
import { configuredProvider, isLtiTool, providerOf } from '#providers';
import { isRowId } from '#read-models';
import { dueDateSql, joinDatesSql } from '#roster';

const factsFrom = (exams: string, userId: string) => `
  select exam.id as "examId", exam.generation_id as "generationId", exam.course_id as "courseId", exam.content_id as "contentId",
         exam.time_limit_mins as "timeLimitMins", exam.is_proctored as "isProctored",
         exam.is_practice_exam as "isPracticeExam", exam.exam_type as "examType", exam.is_active as "isActive", exam.backend,
         exam.external_id as "externalId", exam.review_policy_id as "reviewPolicyId",
         exam.due_date, ${dueDateSql} as lms_due, common.due as lms_due_for_all,
         course.ends_at, coalesce(course.override_grade_on_rejected, true) as "overridesGradeOnRejection",
         coalesce(course.second_person_for_rejection, false) as "demandsSecondPerson", configuration.provider
    from ${exams}
    left join courses course on course.course_id = exam.course_id
    left join course_configurations configuration on configuration.id = exam.course_id
    ${joinDatesSql('exam.course_id', 'exam.content_id', userId)}`;
const examFacts = factsFrom('exams exam', '$2');
const generationFacts = factsFrom(
  `(select exam_id as id, generation.id as generation_id, generation.course_id, generation.content_id,
           generation.time_limit_mins, generation.is_proctored, generation.is_practice_exam, generation.is_active,
           generation.exam_type, generation.backend, generation.external_id, review_policy_id, generation.due_date
      from exam_generations generation join exams on exams.id = exam_id) exam`,
  '$2',
);

const isoOf = (date: Date | null): string | null => date?.toISOString() ?? null;

@Injectable()
export class FactFinder {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  /** The facts of a generation, of the exam's current one by default. @throws Refusal exam_not_found */
  async of(examId: number | string, userId: number, generationId?: number): Promise<Facts> {
    if (generationId !== undefined) {
      const text = `${generationFacts} where exam.generation_id = $1 and exam.id = $3`;
      const values = [generationId, userId, examId];
      const { rows } = await this.database.read({ name: 'facts of generation', text, values });
      if (rows[0]) return this.factsOf(rows[0]);
    } else if (isRowId(examId)) {
      const text = `${examFacts} where exam.id = $1`;
      const { rows } = await this.database.read({ name: 'facts', text, values: [examId, userId] });
      if (rows[0]) return this.factsOf(rows[0]);
    }
    throw new Refusal('exam_not_found', `Attempted to get exam_id=${examId}, but this exam does not exist.`);
  }

  /** The facts for a command. An attempt keeps the rules of its generation. */
  async forCommand({ learner, data }: LearnerAtExamCommand, current: Facts, state: LearnerAtExam): Promise<Facts> {
    const attempt = 'attemptId' in data ? state.attempts.find(({ id }) => id === data.attemptId) : undefined;
    if (!attempt || generationOf(attempt) === current.exam.generationId) return current;
    return this.of(learner.examId, learner.userId, generationOf(attempt));
  }

  /** The facts of many learners at exams that exist, in their order. */
  async ofMany(learners: readonly { examId: number; userId: number }[]): Promise<Facts[]> {
    const pairs = 'unnest($1::bigint[], $2::bigint[]) with ordinality pair(exam_id, user_id, number)';
    const text = `${factsFrom(`${pairs} join exams exam on exam.id = exam_id`, 'pair.user_id')} order by number`;
    const values = [learners.map(({ examId }) => examId), learners.map(({ userId }) => userId)];
    const { rows } = await this.database.read({ name: 'facts of many', text, values });
    return rows.map((row) => this.factsOf(row));
  }

  /** The course's other exams to which a decline cascades (domain.md §2.8). */
  async ofCascade({ courseId, contentId }: ExamFacts, userId: number): Promise<Facts[]> {
    const { rows } = await this.database.read({
      name: 'facts of cascade',
      text: `${examFacts} where exam.course_id = $1 and exam.content_id <> $3 and exam.is_active
               and exam.is_proctored and not exam.is_practice_exam order by exam.id`,
      values: [courseId, userId, contentId],
    });
    return rows.map((row) => this.factsOf(row));
  }

  private factsOf(row: any): Facts {
    const { settings, appealDays, appealAnswerDays, referenceRelease } = this.configuration;
    const { due_date, lms_due, lms_due_for_all, ends_at, provider, ...others } = row;
    const { overridesGradeOnRejection, demandsSecondPerson, ...exam } = others;
    const backend = this.backendOf(exam);
    return {
      exam: {
        ...exam,
        examId: Number(exam.examId),
        generationId: Number(exam.generationId),
        timeLimitMins: Number(exam.timeLimitMins),
        reviewPolicyId: exam.reviewPolicyId && Number(exam.reviewPolicyId),
      },
      dueAt: isoOf(lms_due ?? due_date),
      dueAtForAll: isoOf(lms_due_for_all ?? lms_due ?? due_date),
      courseEndsAt: isoOf(ends_at),
      backend,
      provider: exam.isProctored ? backend : null,
      release: releases[referenceRelease],
      overridesGradeOnRejection,
      keepsTimedOutState: settings.allowTimedOutState,
      requiresSecondReview: settings.requireFailureSecondReviews,
      demandsSecondPerson,
      appealDays,
      appealAnswerDays,
      followsEdxExams: provider !== null,
      startsAtTool: exam.isProctored && !exam.isPracticeExam && isLtiTool(settings, exam.backend),
      allowsReviewUpdates: settings.allowReviewUpdates,
      ignoresPingFailures: settings.switches[`edx_proctoring.${exam.backend}_ping_failure_passthrough`] ?? false,
    };
  }

  /** Only proctored exams need a provider that is configured. */
  private backendOf({ backend, isProctored }: ExamFacts) {
    const { settings } = this.configuration;
    return isProctored ? providerOf(settings, backend) : (configuredProvider(settings, backend) ?? null);
  }
}
