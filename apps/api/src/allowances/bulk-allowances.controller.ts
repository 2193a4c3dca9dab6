import { applyDecorators, Body, Controller, Delete, Get, Param, Put, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Database } from '#connections';
import {
  additionalTime,
  type Exam,
  isLongerThan,
  isMinutesKey,
  isStorable,
  limits,
  minutesByMultiplier,
  type Origin,
  pythonRepr,
} from '#domain';
import { allowanceJson, allowancesOfCourse, examsByIds } from '#read-models';
import { type Caller } from '#roster';
import { noteObject, noteSubject } from '../access/access-note.js';
import { type Addressed, CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers, RequestBody } from '../document/answers.js';
import { listOf } from '../document/schemas.js';
import { HttpAnswer, refused } from '../http/http-answer.js';
import { Client } from '../http/time-limits.js';
import { longBody } from '../requests/body.js';
import { bodyObject } from '../requests/body-object.js';
import { isFalsy } from '../requests/ids.js';
import { AllowanceGrants } from './allowance-grants.js';
import { isMinutes, multiplierIn } from './allowance-values.js';
import { allowanceSchema, allowancesByName, askedPairs, noPairGranted } from './allowances.answers.js';
import { BulkAllowanceRequest } from './allowances.requests.js';
import { Learners } from './learners.js';

const badValue = () => new HttpAnswer(400, { detail: 'Enter a valid positive value number', field: 'allowance_value' });
const nobody = () => new HttpAnswer(400, { detail: 'Enter a valid username or email', field: 'user_info' });

const GrantsMany = () =>
  applyDecorators(
    Gate('course', { courses: coursesOfExams, logs: 'always', largestBody: longBody }),
    ApiOperation({ summary: 'Grant the same allowance to several learners at several exams' }),
    RequestBody(BulkAllowanceRequest),
    Answers(200),
    Answers(207, askedPairs, { description: 'Some were granted, some not' }),
    Answers(400, noPairGranted),
  );

/** Allowances of a whole course, and many at once (rest-api.md §5.9–5.11). */
@ApiTags('allowances')
@Controller('api/edx_proctoring/v1/proctored_exam')
export class BulkAllowancesController {
  constructor(
    private readonly grants: AllowanceGrants,
    private readonly learners: Learners,
    private readonly database: Database,
  ) {}

  @Get(':courseId/allowance')
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "A course's allowances" })
  @Answers(200, listOf(allowanceSchema))
  async listAllowances(@Param('courseId') courseId: string) {
    return (await allowancesOfCourse(this.database, courseId)).map(allowanceJson);
  }

  @Put(':courseId/allowance')
  @Gate('course', { logs: 'always' })
  @ApiExcludeEndpoint()
  noPut() {
    throw refused(405, 'Method "PUT" not allowed.');
  }

  @Delete(':courseId/allowance')
  @Gate('course', { logs: 'always' })
  @ApiExcludeEndpoint()
  noDelete() {
    throw refused(405, 'Method "DELETE" not allowed.');
  }

  @Get(':courseId/grouped/allowance')
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "A course's allowances by user name" })
  @Answers(200, allowancesByName)
  async listGroupedAllowances(@Param('courseId') courseId: string) {
    const groups: Record<string, object[]> = {};
    for (const allowance of await allowancesOfCourse(this.database, courseId)) {
      const { username } = allowance.user;
      groups[username] ??= [];
      groups[username].push(allowanceJson(allowance));
    }
    return groups;
  }

  @Put(':courseId/bulk_allowance')
  @GrantsMany()
  grantAllowancesInCourse(
    @Body() body: unknown,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
    @Client() client: AbortSignal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.grantAllowances(body, me, by, client, reply);
  }

  @Put('bulk_allowance')
  @GrantsMany()
  async grantAllowances(
    @Body() body: unknown,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
    @Client() client: AbortSignal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const request = bodyObject(body);
    const examIds = listIn(request.exam_ids, 'exam_ids');
    const userNames = listIn(request.user_ids, 'user_ids');
    const type = pythonRepr(request.allowance_type ?? '');
    if (examIds.length * userNames.length > limits.pairs)
      throw refused(400, `user_ids: At most ${limits.pairs} pairs of exams and learners are allowed.`);
    refuseLong('course_id', pythonRepr(request.course_id ?? ''), limits.name);
    refuseLong('allowance_type', type, limits.name);
    refuseLong('value', pythonRepr(request.value ?? ''), limits.text);
    const multiplier = type === 'time_multiplier' ? multiplierIn(request.value) : undefined;
    if (type === 'time_multiplier' && multiplier === undefined) throw badValue();
    if (isMinutesKey(type) && !isMinutes(minutesIn(request.value))) throw badValue();
    if (!examIds.every(isInteger)) throw refused(400, 'exam_ids: A valid integer is required.');

    const pairs = examIds.flatMap((exam_id) => userNames.map((user_id) => ({ exam_id, user_id })));
    const exams = await examsByIds(this.database, examIds);
    const courseIds = [...new Set([...exams.values()].map(({ courseId }) => courseId))];
    const personOf = await this.learners.peopleOf(userNames, courseIds, me);
    let failed = 0;
    for (const { exam_id, user_id } of pairs) {
      client.throwIfAborted();
      const exam = exams.get(exam_id);
      const person = exam && personOf(user_id, exam.courseId);
      const granted = person && (await this.grantOne(exam!, person.id, type, multiplier, request, by));
      if (!granted) failed += 1;
    }
    if (failed === pairs.length) throw nobody();
    if (failed === 0) return undefined;
    reply.code(207);
    return pairs;
  }

  /** Answers false if this allowance cannot be granted. The others still are. */
  private async grantOne(
    exam: Exam,
    userId: number,
    type: string,
    multiplier: number | undefined,
    { allowance_type, value }: Record<string, unknown>,
    by: Origin,
  ): Promise<boolean> {
    noteSubject(userId);
    noteObject('exam', exam.id);
    // The reference checks this late. The result is the same for all pairs, so nothing is written before.
    if (exam.isActive && allowance_type == null) throw refused(400, 'allowance_type: This field is required.');
    if (exam.isActive && value == null) throw refused(400, 'value: This field is required.');
    const granted =
      multiplier === undefined
        ? { key: type, value: pythonRepr(value) }
        : { key: additionalTime, value: minutesByMultiplier(exam.timeLimitMins, multiplier) };
    return (await this.grants.grant(exam.id, userId, granted, by)) === undefined;
  }
}

/** The courses of the addressed exams; if there is none of them, the course of the path or the body. */
async function coursesOfExams({ database, params, body }: Addressed): Promise<string[]> {
  // Callers who do not pass the gate get no errors about values.
  const ids = typeof body.exam_ids === 'string' ? listIn(body.exam_ids, 'exam_ids').filter(isInteger) : [];
  const exams = await examsByIds(database, ids);
  const courses = [...exams.values()].map(({ courseId }) => courseId);
  const named = params.courseId ?? (isFalsy(body.course_id) ? undefined : pythonRepr(body.course_id));
  return courses.length > 0 || named === undefined ? courses : [named];
}

const itemsOf = (text: string) => text.replace(/\s+/g, '').split(',').filter(Boolean);
const isInteger = (item: string) => /^[+-]?\d+$/.test(item);

/** Ids or names, separated by commas. Blanks and repetitions are dropped. */
const listIn = (value: unknown, field: string): string[] => {
  if (value !== undefined && typeof value !== 'string') throw refused(400, `${field}: Not a valid string.`);
  const items = [...new Set(itemsOf(value ?? ''))];
  if (items.length > limits.items) throw refused(400, `${field}: At most ${limits.items} are allowed.`);
  for (const item of items) refuseLong(field, item, limits.name);
  return items;
};

const refuseLong = (field: string, text: string, most: number) => {
  if (isLongerThan(most, text)) throw refused(400, `${field}: Ensure this field has no more than ${most} characters.`);
  if (!isStorable(text)) throw refused(400, `${field}: A character cannot be stored.`);
};

const minutesIn = (value: unknown): string => {
  if (typeof value === 'string') return value;
  throw refused(400, 'value: Not a valid string.');
};
