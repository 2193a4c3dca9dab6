import { Controller, Delete, Get, Param, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { Database } from '#connections';
import { type Exam, type Origin, RemoveAllAttempts } from '#domain';
import { attemptGroupJson, attemptGroups, attemptsAt, examById } from '#read-models';
import { type Addressed, Gate, Loaded } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers, QueryParam } from '../document/answers.js';
import { detail, pageNumber, text } from '../document/schemas.js';
import { HttpAnswer, refused } from '../http/http-answer.js';
import { links } from '../http/links.js';
import { requestedPage } from '../http/page.js';
import { longLimitMs } from '../http/time-limits.js';
import { WholeNumber, wholeNumber } from '../http/whole-number.js';
import { attemptGroupsSchema, notConfirmed } from './attempts.answers.js';

/** Course staff see and remove all attempts of a learner at an exam together. */
@ApiTags('attempts')
@Controller('api/edx_proctoring/v1/proctored_exam')
export class GroupedAttemptsController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly database: Database,
  ) {}

  @Get('attempt/grouped/course_id/:courseId')
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "A course's attempts by learner and exam" })
  @Answers(200, attemptGroupsSchema)
  @QueryParam('page', pageNumber, '25 groups each')
  listAttempts(@Param('courseId') courseId: string, @Query('page') asked?: string) {
    return this.groups(courseId, '', asked);
  }

  @Get('attempt/grouped/course_id/:courseId/search/:text')
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: 'The same, of learners whose user name or e-mail contains a text' })
  @Answers(200, attemptGroupsSchema)
  @QueryParam('page', pageNumber, '25 groups each')
  searchAttempts(@Param('courseId') courseId: string, @Param('text') text: string, @Query('page') asked?: string) {
    return this.groups(courseId, text, asked);
  }

  @Delete('exam_id/:examId/user_id/:userId/reset_attempts')
  @Gate('course', { loads: addressedExam, courses: courseOfExam, logs: 'always', limitMs: longLimitMs })
  @ApiOperation({ summary: "Remove all of a learner's attempts at an exam" })
  @Answers(200)
  @Answers(502, detail, { description: notConfirmed })
  @Answers(404, text)
  async resetAttempts(
    @Loaded() exam: Exam | undefined,
    @WholeNumber('userId') userId: string,
    @CurrentOrigin() by: Origin,
  ) {
    const [attempt] = exam ? await attemptsAt(this.database, exam.id, Number(userId)) : [];
    if (!attempt) throw new HttpAnswer(404, 'There are no attempts related to this user id and exam id');
    await this.commands.execute(new RemoveAllAttempts(attempt, { at: this.clock.now() }, by));
  }

  private async groups(courseId: string, search: string, asked?: string) {
    const { page, pages, results } = await requestedPage(asked, async (pageOf) => {
      const { count, groups } = await attemptGroups(this.database, courseId, { search }, pageOf);
      return { count, results: groups.map(attemptGroupJson) };
    });
    return {
      proctored_exam_attempts: results,
      pagination_info: {
        has_previous: page > 1,
        has_next: page < pages,
        current_page: page,
        total_pages: pages,
      },
      attempt_url: links.groupedAttempts(courseId, search),
    };
  }
}

function addressedExam({ database, params }: Addressed) {
  return examById(database, wholeNumber(params.examId, 'examId'));
}

function courseOfExam({ loaded }: Addressed): string {
  if (loaded) return loaded.courseId;
  throw refused(400, 'exam_id: There is no such exam.');
}
