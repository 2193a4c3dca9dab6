import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { statuses } from '#domain';
import { attemptGroupOrders, attemptGroups, attemptJson } from '#read-models';
import { Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { oneOf, pageNumber, text, time } from '../document/schemas.js';
import { type Page, pageOf } from '../http/page.js';
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
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "A course's attempts by learner and exam: filtered, sorted, 25 groups a page" })
  @Answers(200, attemptListSchema)
  @QueryParam('search', text, 'Part of a user name or e-mail')
  @QueryParam('status', text, `Of the newest attempt; several with commas: ${statuses.join(', ')}`)
  @QueryParam('exam_id', { type: 'integer', minimum: 0, maximum: 999_999_999_999_999 })
  @QueryParam('provider', text, 'The name of a provider in the settings')
  @QueryParam('from', time, 'When the newest attempt was created, at the earliest')
  @QueryParam('until', time, 'When the newest attempt was created: before this time')
  @QueryParam('sort', oneOf(...attemptGroupOrders), 'With `-`, descending; `-created` if absent')
  @QueryParam('page', pageNumber, '25 groups each')
  async listCourseAttempts(@Param('courseId') courseId: string, @Query() query: AttemptListQuery) {
    const filter = attemptFilterIn(query, this.configuration);
    const order = attemptOrderIn(query);
    let page!: Page;
    const toPage = (count: number) => {
      page = pageOf(query.page, count);
      return page;
    };
    const { count, groups } = await attemptGroups(this.database, courseId, filter, toPage, order);
    return {
      count,
      page: page.number,
      pages: page.of,
      attempts: groups.map(({ newest, all }) => {
        const shown = all.map(attemptJson);
        return { ...shown[all.indexOf(newest)], all_attempts: shown };
      }),
    };
  }
}
