import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { examTypeOf } from '#domain';
import { configuredProvider } from '#providers';
import { attemptsOfGeneration, generationById } from '#read-models';
import { noteObject, rowCounter } from '../access/access-note.js';
import { Gate } from '../auth/authentication.js';
import { Surface } from '../auth/surfaces.js';
import { Answers, QueryParam } from '../document/answers.js';
import { idNumber, pageNumber } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { idIn } from '../requests/ids.js';
import { examAttemptJson, examAttemptsPage } from './exam-attempt-list.answers.js';
import { limitedPageOf, neighboursOf } from './limited-pages.js';

/** The attempts at an exam, for the exams dashboard. */
@ApiTags('attempts')
@Controller('api/v1/instructor_view/course_id/:courseId/attempts')
@Surface('edx-exams')
export class ExamAttemptListController {
  constructor(
    private readonly configuration: Configuration,
    private readonly database: Database,
  ) {}

  @Get()
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "The learners' attempts at an exam, newest first" })
  @QueryParam('exam_id', idNumber)
  @QueryParam('limit', pageNumber, 'Attempts of a page; 100 by default')
  @QueryParam('offset', pageNumber, 'Attempts before the page')
  @Answers(200, examAttemptsPage)
  async listInstructorAttempts(
    @Param('courseId') courseId: string,
    @Query() query: { exam_id?: string; limit?: string; offset?: string },
    @Req() request: FastifyRequest,
  ) {
    const examId = idIn(query.exam_id || undefined, 'exam_id');
    if (examId === undefined) throw refused(400, 'exam_id: This field is required.');
    const exam = await generationById(this.database, examId);
    if (exam?.courseId !== courseId) throw refused(404, 'Exam does not exist in course');
    noteObject('exam', exam.examId);
    const page = limitedPageOf(query);
    const { count, attempts } = await attemptsOfGeneration(this.database, exam, () => page);
    rowCounter()(attempts.length);
    const provider = configuredProvider(this.configuration.settings, exam.backend);
    const shown = { type: examTypeOf(exam, provider?.supportsOnboarding ?? false), name: exam.examName };
    return {
      count,
      ...neighboursOf(request, page, count),
      results: attempts.map((attempt) => examAttemptJson(attempt, shown)),
    };
  }
}
