import { Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { Database, type PageOf } from '#connections';
import { generationOf, type Origin, RemoveAllAttempts } from '#domain';
import { attemptsAt, courseAttempts, generationById } from '#read-models';
import { type Caller, isOfCourse, userByName } from '#roster';
import { noteSubject } from '../access/access-note.js';
import { notConfirmed } from '../attempts/attempts.answers.js';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Surface } from '../auth/surfaces.js';
import { Answers, QueryParam } from '../document/answers.js';
import { instructorError, pageNumber, text } from '../document/schemas.js';
import { longLimitMs } from '../http/time-limits.js';
import { WholeNumber } from '../http/whole-number.js';
import { instructorPage } from './instructor-pages.js';
import {
  attemptsReset,
  instructorRefusal,
  specialExamAttemptJson,
  specialExamAttempts,
} from './instructor-v2.answers.js';
import { attemptOrderIn, attemptOrderNames } from './orders.js';
import { problemOfExam } from './special-exams.js';

type ListQuery = { search?: string; ordering?: string };

/** The attempts of a course for the instructor dashboard (instructor-v2.md §3, I-3, I-5 and I-6). */
@Surface('instructor-v2')
@ApiTags('instructor dashboard')
@Controller('api/instructor/v2/courses/:courseId/special_exams')
export class SpecialExamAttemptsController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly database: Database,
  ) {}

  @Get('attempts')
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "A course's attempts at special exams, the newest first" })
  @QueryParam('search', text, 'Part of a user name or e-mail')
  @QueryParam('ordering', text, `With \`-\`, descending: ${attemptOrderNames.join(', ')}`)
  @QueryParam('page', pageNumber)
  @QueryParam('page_size', pageNumber, '10 if absent, at most 100')
  @Answers(200, specialExamAttempts)
  listSpecialExamAttempts(
    @Param('courseId') courseId: string,
    @Query() { search = '', ordering }: ListQuery,
    @Req() request: FastifyRequest,
  ) {
    return instructorPage(request, (pageOf) =>
      this.page(courseId, { search: search.trim() }, pageOf, attemptOrderIn(ordering)),
    );
  }

  @Get(':examId/attempts')
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: 'The attempts at a special exam, the newest first; none for an unknown exam' })
  @QueryParam('page', pageNumber)
  @QueryParam('page_size', pageNumber, '10 if absent, at most 100')
  @Answers(200, specialExamAttempts)
  listAttemptsAtSpecialExam(
    @Param('courseId') courseId: string,
    @WholeNumber('examId') examId: string,
    @Req() request: FastifyRequest,
  ) {
    return instructorPage(request, (pageOf) => this.page(courseId, { generationId: Number(examId) }, pageOf));
  }

  @Post(':examId/reset/:username')
  @HttpCode(200)
  @Gate('course', { logs: 'always', limitMs: longLimitMs })
  @ApiOperation({ summary: "Remove a learner's attempts at a special exam, and the learner's work in them" })
  @Answers(200, attemptsReset)
  @Answers(404, instructorError)
  @Answers(502, instructorError, { description: notConfirmed })
  async resetSpecialExam(
    @Param('courseId') courseId: string,
    @WholeNumber('examId') examId: string,
    @Param('username') username: string,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ) {
    const user = await userByName(this.database, username);
    const exam = await generationById(this.database, examId);
    const problem = problemOfExam(exam, courseId);
    const all = user && !problem ? await attemptsAt(this.database, exam!.examId, user.id) : [];
    const attempts = all.filter((attempt) => generationOf(attempt) === exam!.id);
    // Course staff must not learn which people the service knows.
    const mayBeNamed =
      user && (me.isStaff || attempts.length > 0 || (await isOfCourse(this.database, user.id, courseId)));
    if (!mayBeNamed) throw instructorRefusal(404, 'User not found');
    if (problem) throw instructorRefusal(404, problem);
    if (attempts.length === 0) throw instructorRefusal(404, 'No attempts found for this user on this exam');
    noteSubject(user.id);
    const learner = { examId: exam!.examId, userId: user.id };
    await this.commands.execute(new RemoveAllAttempts(learner, { generationId: exam!.id, at: this.clock.now() }, by));
    return { success: true, message: `Exam attempt reset for user ${username}` };
  }

  private async page(
    courseId: string,
    filter: Parameters<typeof courseAttempts>[2],
    pageOf: PageOf,
    order?: Parameters<typeof courseAttempts>[3],
  ) {
    const { count, results } = await courseAttempts(this.database, courseId, filter, order, pageOf);
    return { count, results: results.map(specialExamAttemptJson) };
  }
}
