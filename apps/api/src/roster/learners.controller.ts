import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#connections';
import { learnersOfCourse } from '#read-models';
import { Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { pageNumber, text } from '../document/schemas.js';
import { requestedPage } from '../http/page.js';
import { learnerJson, learnersPage } from './roster.schemas.js';

@ApiTags('learners')
@Controller('api/exams/v1/courses/:courseId/learners')
export class LearnersController {
  constructor(private readonly database: Database) {}

  @Get()
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "A course's enrolled learners, by user name" })
  @Answers(200, learnersPage)
  @QueryParam('search', text, 'A part of the user name, e-mail or full name')
  @QueryParam('page', pageNumber, '25 learners each')
  async listLearners(@Param('courseId') courseId: string, @Query('search') search = '', @Query('page') asked?: string) {
    return requestedPage(asked, async (pageOf) => {
      const { count, learners } = await learnersOfCourse(this.database, courseId, search, pageOf);
      const results = learners.map(({ mode, ...learner }) => ({
        learner: learnerJson(learner),
        enrollment_mode: mode,
      }));
      return { count, results };
    });
  }
}
