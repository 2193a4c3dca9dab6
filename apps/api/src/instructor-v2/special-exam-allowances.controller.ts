import { applyDecorators, Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Database } from '#connections';
import { limits, type Origin } from '#domain';
import { courseAllowances, generationsByIds } from '#read-models';
import type { Caller } from '#roster';
import { type Schema, Wrong } from '#shapes';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Surface } from '../auth/surfaces.js';
import { Answers, JsonRequestBody, QueryParam } from '../document/answers.js';
import { either, id, instructorError, listOf, object, pageNumber, text } from '../document/schemas.js';
import { Client, longLimitMs } from '../http/time-limits.js';
import { WholeNumber } from '../http/whole-number.js';
import { longBody } from '../requests/body.js';
import { bodyObject } from '../requests/body-object.js';
import { textWithin } from '../requests/fields.js';
import { InstructorAllowances } from './instructor-allowances.js';
import { instructorPage } from './instructor-pages.js';
import {
  fieldProblems,
  grantedAtExam,
  grantedAtExams,
  instructorRefusal,
  specialExamAllowanceJson,
  specialExamAllowances,
  withdrawnAtExam,
} from './instructor-v2.answers.js';
import { allowanceOfExam, allowanceOfExams, bodyOf, schemaOf } from './instructor-v2.requests.js';
import { allowanceOrderIn, allowanceOrderNames } from './orders.js';
import { specialExamOf } from './special-exams.js';

type ListQuery = { search?: string; ordering?: string };

const withdrawal = object('WithdrawnAllowances', {
  user_ids: either({ ...listOf(id), maxItems: limits.items }, { ...text, maxLength: limits.name }),
  allowance_type: { ...text, maxLength: limits.name },
});

const ForMany = (body: Schema) =>
  applyDecorators(
    HttpCode(200),
    Gate('course', { logs: 'always', largestBody: longBody, limitMs: longLimitMs }),
    JsonRequestBody(body),
  );

/** Allowances for the instructor dashboard: one for each learner and exam (instructor-v2.md §3, I-2 and I-7). */
@Surface('instructor-v2')
@ApiTags('instructor dashboard')
@Controller('api/instructor/v2/courses/:courseId/special_exams')
export class SpecialExamAllowancesController {
  constructor(
    private readonly allowances: InstructorAllowances,
    private readonly database: Database,
  ) {}

  @Get('allowances')
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "A course's allowances at special exams" })
  @QueryParam('search', text, 'Part of a user name or e-mail')
  @QueryParam('ordering', text, `With \`-\`, descending: ${allowanceOrderNames.join(', ')}`)
  @QueryParam('page', pageNumber)
  @QueryParam('page_size', pageNumber, '10 if absent, at most 100')
  @Answers(200, specialExamAllowances)
  listSpecialExamAllowances(
    @Param('courseId') courseId: string,
    @Query() { search = '', ordering }: ListQuery,
    @Req() request: FastifyRequest,
  ) {
    const order = allowanceOrderIn(ordering);
    return instructorPage(request, async (pageOf) => {
      const { count, results } = await courseAllowances(this.database, courseId, search.trim(), order, pageOf);
      return { count, results: results.map(specialExamAllowanceJson) };
    });
  }

  @Post('allowances')
  @ForMany(schemaOf('AllowanceOfExams', allowanceOfExams))
  @ApiOperation({ summary: 'Grant the same allowance to several learners at several special exams' })
  @Answers(200, grantedAtExams)
  @Answers(400, fieldProblems)
  async grantAtSpecialExams(
    @Param('courseId') courseId: string,
    @Body() body: unknown,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
    @Client() client: AbortSignal,
  ) {
    const { exam_ids, user_ids, allowance_type, value } = bodyOf(allowanceOfExams, body);
    const exams = await generationsByIds(this.database, exam_ids);
    const asked = exam_ids.map((examId) => ({ examId, exam: exams.get(examId) }));
    const granted = { courseId, userTexts: user_ids, type: allowance_type, value, me, by, client };
    return { allowance_type, value, results: await this.allowances.grant(asked, granted) };
  }

  @Post(':examId/allowance')
  @ForMany(schemaOf('AllowanceOfExam', allowanceOfExam))
  @ApiOperation({ summary: 'Grant the same allowance to several learners at a special exam' })
  @Answers(200, grantedAtExam)
  @Answers(400, fieldProblems)
  @Answers(404, instructorError)
  async grantAtSpecialExam(
    @Param('courseId') courseId: string,
    @WholeNumber('examId') examId: string,
    @Body() body: unknown,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
    @Client() client: AbortSignal,
  ) {
    const { user_ids, allowance_type, value } = bodyOf(allowanceOfExam, body);
    const exam = await specialExamOf(this.database, courseId, examId);
    const granted = { courseId, userTexts: user_ids, type: allowance_type, value, me, by, client };
    const results = await this.allowances.grant([{ examId: exam.id, exam }], granted);
    return { allowance_type, results: results.map(({ exam_id, ...result }) => result) };
  }

  @Delete(':examId/allowance')
  @ForMany(withdrawal)
  @ApiOperation({ summary: 'Withdraw the allowance of several learners at a special exam' })
  @Answers(200, withdrawnAtExam)
  @Answers(400, instructorError)
  @Answers(404, instructorError)
  async withdrawAtSpecialExam(
    @Param('courseId') courseId: string,
    @WholeNumber('examId') examId: string,
    @Body() body: unknown,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
    @Client() client: AbortSignal,
  ) {
    const { user_ids, allowance_type: type } = bodyObject(body);
    const identifiers = listIn(user_ids);
    if (identifiers.length > limits.items)
      throw instructorRefusal(400, `user_ids: At most ${limits.items} are allowed.`);
    refuseUnfit('user_ids', ...identifiers);
    refuseUnfit('allowance_type', type);
    if (identifiers.length === 0 || typeof type !== 'string' || type === '')
      throw instructorRefusal(400, 'user_ids and allowance_type are required');
    const exam = await specialExamOf(this.database, courseId, examId);
    const results = await this.allowances.withdraw(exam, { identifiers, type, me, by, client });
    return { allowance_type: type, results };
  }
}

function refuseUnfit(field: string, ...values: unknown[]) {
  for (const value of values) {
    if (typeof value !== 'string') continue;
    const wrong = textWithin({ blank: true }).read(value);
    if (wrong instanceof Wrong) throw instructorRefusal(400, `${field}: ${wrong.message}`);
  }
}

/** A text or a number is one user. */
function listIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === '' || !['string', 'number'].includes(typeof value) ? [] : [value];
}
