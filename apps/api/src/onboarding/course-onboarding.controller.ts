import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Configuration } from '#configuration';
import { Database, type PageOf } from '#connections';
import { instant, newestAttempts } from '#read-models';
import { identitiesOf } from '#roster';
import { Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { failure, pageNumber, text } from '../document/schemas.js';
import { AnswersList, AsCsv, csvFile } from '../http/exports.js';
import { allLines, requestedPage } from '../http/page.js';
import { learnerJson } from '../roster/roster.schemas.js';
import { courseOnboarding } from './onboarding.answers.js';
import { noOnboarding, type Onboarding, onboardingExamsOf } from './onboarding-exams.js';
import { type LearnersOnboarding, OnboardingLists } from './onboarding-lists.js';

type ListQuery = { search?: string; statuses?: string; mode?: string; page?: string };

const columns = ['username', 'email', 'full_name', 'enrollment_mode', 'status', 'modified'] as const;

/** The onboarding of a course's learners for its staff, who may reset it by removing a learner's attempts. */
@ApiTags('onboarding')
@Controller('api/exams/v1/courses/:courseId/onboarding')
export class CourseOnboardingController {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly lists: OnboardingLists,
  ) {}

  @Get()
  @Gate('course', { logs: 'always', csv: true })
  @ApiOperation({ summary: "The onboarding of a course's learners, with the number of learners of each status" })
  @AnswersList(courseOnboarding)
  @Answers(502, failure)
  @QueryParam('search', text, 'A part of the user name or e-mail')
  @QueryParam('statuses', text, 'Separated by commas')
  @QueryParam('mode', text, 'The enrolment mode')
  @QueryParam('page', pageNumber, '25 learners each')
  async listCourseOnboarding(
    @Param('courseId') courseId: string,
    @Query() { search = '', statuses, mode, page: asked }: ListQuery,
    @AsCsv() asCsv: boolean,
  ) {
    const onboarding = await onboardingExamsOf(this.database, this.configuration, courseId);
    if (!onboarding) throw noOnboarding();
    const listing = { courseId, search, statuses, mode: mode || undefined };
    const list = await this.lists.of(onboarding, listing);
    const read = async (pageOf: PageOf) => {
      const { count, rows } = await list(pageOf);
      return { count, results: await this.resultsOf(onboarding, rows) };
    };
    if (asCsv) {
      const lines = allLines(read, ({ learner, ...rest }) => ({ ...learner, ...rest }));
      return csvFile(`onboarding ${courseId}`, columns, lines);
    }
    const counts = await this.countsOf(onboarding, courseId);
    return { ...(await requestedPage(asked, read)), ...counts, asks_provider: this.lists.asksProvider };
  }

  private async countsOf(onboarding: Onboarding, courseId: string) {
    const { statuses, modes } = await this.lists.counts(onboarding, courseId);
    return {
      counts: [...statuses].map(([status, learners]) => ({ status, learners })),
      modes: [...modes].map(([enrollment_mode, learners]) => ({ enrollment_mode, learners })),
    };
  }

  private async resultsOf({ exams }: Onboarding, rows: readonly LearnersOnboarding[]) {
    const userIds = rows.map(({ learner }) => learner.userId);
    const examIds = exams.map(({ id }) => id);
    const attemptAt = await newestAttempts(this.database, examIds, userIds);
    const identityOf = await identitiesOf(this.database, userIds);
    return rows.map(({ learner: { userId, mode }, status, modified }) => ({
      learner: learnerJson(identityOf(userId)),
      enrollment_mode: mode,
      status,
      modified: instant(modified),
      exam_ids: examIds.filter((examId) => attemptAt(examId, userId)),
    }));
  }
}
