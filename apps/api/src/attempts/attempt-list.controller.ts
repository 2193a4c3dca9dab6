import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { allowedMinutesOf, statuses } from '#domain';
import {
  type AttemptGroup,
  type AttemptGroupFilter,
  type AttemptRecord,
  attemptGroupJson,
  attemptGroupOrders,
  attemptGroups,
  attemptGroupsAfter,
  instant,
} from '#read-models';
import { Gate } from '../auth/authentication.js';
import { QueryParam } from '../document/answers.js';
import { idNumber, oneOf, pageNumber, text, time } from '../document/schemas.js';
import { AnswersList, AsCsv, csvFile, pagesBehind } from '../http/exports.js';
import { requestedPage } from '../http/page.js';
import { type AttemptListQuery, attemptFilterIn, attemptOrderIn } from './attempt-list.requests.js';
import { attemptListSchema } from './attempts.answers.js';

/** The attempts of a course for its staff, with filters and orders that the reference's list lacks. */
@ApiTags('attempts')
@Controller('api/exams/v1/courses/:courseId/attempts')
export class AttemptListController {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  @Get()
  @Gate('course', { logs: 'always', csv: true })
  @ApiOperation({
    summary: "A course's attempts by learner and exam: filtered, sorted, 25 groups a page; as CSV all, newest first",
  })
  @AnswersList(attemptListSchema)
  @QueryParam('search', text, 'Part of a user name or e-mail')
  @QueryParam('status', text, `Of the newest attempt; several with commas: ${statuses.join(', ')}`)
  @QueryParam('exam_id', idNumber, 'Only attempts at this exam')
  @QueryParam('provider', text, 'The name of a provider in the settings')
  @QueryParam('from', time, 'When the newest attempt was created, at the earliest')
  @QueryParam('until', time, 'When the newest attempt was created: before this time')
  @QueryParam('sort', oneOf(...attemptGroupOrders), 'With `-`, descending; `-created` if absent')
  @QueryParam('page', pageNumber, '25 groups each')
  async listCourseAttempts(
    @Param('courseId') courseId: string,
    @Query() query: AttemptListQuery,
    @AsCsv() asCsv: boolean,
  ) {
    const filter = attemptFilterIn(query, this.configuration);
    const order = attemptOrderIn(query);
    if (asCsv) return csvFile(`attempts ${courseId}`, columns, this.rows(courseId, filter));
    return requestedPage(query.page, async (pageOf) => {
      const { count, groups } = await attemptGroups(this.database, courseId, filter, pageOf, order);
      return { count, results: groups.map(attemptGroupJson) };
    });
  }

  /** One row for each attempt, in pages. */
  private async *rows(courseId: string, filter: AttemptGroupFilter) {
    const read = (last: AttemptGroup | undefined) =>
      attemptGroupsAfter(this.database, courseId, filter, last?.newest, groupsAtOnce);
    for await (const groups of pagesBehind(read)) yield groups.flatMap(({ all }) => all.map(rowOf));
  }
}

const groupsAtOnce = 500;

const rowOf = (attempt: AttemptRecord) => ({
  attempt_id: attempt.id,
  username: attempt.user.username,
  email: attempt.user.email,
  exam: attempt.exam.examName,
  status: attempt.status,
  taken_as_proctored: attempt.takingAsProctored,
  allowed_minutes: allowedMinutesOf(attempt),
  created: instant(attempt.created),
  started: instant(attempt.startedAt),
  completed: instant(attempt.completedAt),
  provider: attempt.exam.backend,
  provider_attempt_id: attempt.externalId,
});

const columns = [
  ...['attempt_id', 'username', 'email', 'exam', 'status', 'taken_as_proctored', 'allowed_minutes'],
  ...['created', 'started', 'completed', 'provider', 'provider_attempt_id'],
] as (keyof ReturnType<typeof rowOf>)[];
