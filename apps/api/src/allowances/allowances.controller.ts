import { Controller, Delete, Get, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { Database } from '#connections';
import {
  GrantAllowance,
  isMinutesKey,
  type Origin,
  pythonRepr,
  Refusal,
  refuseBadMinutes,
  WithdrawAllowance,
} from '#domain';
import { examById } from '#read-models';
import { type Caller } from '#roster';
import { noteObject, noteSubject } from '../access/access-note.js';
import { type Addressed, CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers, RequestBody } from '../document/answers.js';
import { refused } from '../http/http-answer.js';
import { idIn, isFalsy } from '../requests/ids.js';
import { ValidBody } from '../requests/validated.js';
import { AllowanceRequest } from './allowances.requests.js';
import { Learners } from './learners.js';

@ApiTags('allowances')
@Controller('api/edx_proctoring/v1/proctored_exam/allowance')
export class AllowancesController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly learners: Learners,
    private readonly database: Database,
  ) {}

  @Put()
  @Gate('course', { courses: courseOf, logs: 'always' })
  @ApiOperation({ summary: 'Grant a learner an allowance at an exam, or change it' })
  @RequestBody(AllowanceRequest)
  @Answers(200)
  async grantAllowance(
    @ValidBody('detail') request: AllowanceRequest,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ): Promise<void> {
    const isMinutes = isMinutesKey(pythonRepr(request.key));
    if (isMinutes && typeof request.value !== 'string') throw bad('value', 'Not a valid string.');
    refuseBadMinutes(pythonRepr(request.key), pythonRepr(request.value));
    const userId = await this.learners.idOf(request.user_info, me, () =>
      courseOf({ database: this.database, body: { ...request } }),
    );
    noteSubject(userId);
    const examId = idIn(request.exam_id, 'exam_id');
    if (examId !== undefined) noteObject('exam', examId);
    if (examId === undefined) throw bad('exam_id', 'This field is required.');
    // The reference checks the exam before it requires the fields.
    if ((await examById(this.database, examId))?.isActive === false) throw notActive();
    const granted = { key: textIn(request.key, 'key'), value: textIn(request.value, 'value'), at: this.clock.now() };
    await this.commands.execute(new GrantAllowance({ examId, userId }, granted, by));
  }

  @Delete()
  @Gate('course', { courses: courseOf, logs: 'always' })
  @ApiOperation({ summary: 'Withdraw an allowance; without one, nothing happens' })
  @RequestBody(AllowanceRequest)
  @Answers(200)
  async withdrawAllowance(@ValidBody('detail') request: AllowanceRequest, @CurrentOrigin() by: Origin): Promise<void> {
    const examId = idIn(request.exam_id, 'exam_id');
    const userId = idIn(request.user_id, 'user_id');
    if (userId !== undefined) noteSubject(userId);
    if (examId === undefined || userId === undefined || !(await examById(this.database, examId))) return;
    const key = pythonRepr(request.key);
    await this.commands.execute(new WithdrawAllowance({ examId, userId }, { key, at: this.clock.now() }, by));
  }

  @Get()
  @Gate('course', { courses: courseOf, logs: 'always' })
  @ApiExcludeEndpoint()
  noGet() {
    throw refused(405, 'Method "GET" not allowed.');
  }
}

/** The course of the addressed exam; if there is no such exam, the body's course. */
async function courseOf({ database, body }: Pick<Addressed, 'database' | 'body'>): Promise<string | undefined> {
  const { exam_id, course_id } = body;
  const examId = isFalsy(exam_id) ? undefined : idIn(exam_id, 'exam_id');
  const exam = examId === undefined ? undefined : await examById(database, examId);
  if (exam) return exam.courseId;
  if (!isFalsy(course_id)) return pythonRepr(course_id);
  if (examId !== undefined) throw bad('exam_id', 'There is no such exam.');
  return undefined;
}

const notActive = () => new Refusal('exam_not_active', '');

const bad = (field: string, message: string) => new Refusal('bad_request', `${field}: ${message}`);

/** Numbers, booleans and lists are stored as text, as in the reference. */
const textIn = (value: unknown, field: string): string => {
  if (value === null || value === undefined) throw bad(field, 'This field is required.');
  return pythonRepr(value);
};
