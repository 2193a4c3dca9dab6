import { Body, Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '#connections';
import { limits, pythonRepr } from '#domain';
import { activeAttemptsOf, allowanceJson, allowancesAt, attemptJson, examJson } from '#read-models';
import { type Caller, isCourseStaff } from '#roster';
import { noteSubject } from '../access/access-note.js';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { Answers, QueryParam, Refuses } from '../document/answers.js';
import { idNumber, text } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { refuseLong } from '../http/path-parameters.js';
import { bodyObject } from '../requests/body-object.js';
import { idIn } from '../requests/ids.js';
import { activeExams } from './attempts.answers.js';

@ApiTags('attempts')
@Controller('api/edx_proctoring/v1/proctored_exam/active_exams_for_user')
export class ActiveExamsController {
  constructor(private readonly database: Database) {}

  /** The reference reads the body of the GET; we read the query, too. Staff may name a learner of their course. */
  @Get()
  @Gate('login', { logs: 'others' })
  @ApiOperation({ summary: "A learner's running attempts with their exams and allowances" })
  @Answers(200, activeExams)
  @Refuses(415)
  @QueryParam('user_id', idNumber)
  @QueryParam('course_id', text)
  async listActiveExams(@CurrentUser() me: Caller, @Body() body: unknown, @Query() query: Record<string, string>) {
    const { user_id, course_id } = { ...query, ...bodyObject(body) };
    const userId = idIn(user_id, 'user_id');
    const courseId = course_id == null ? undefined : pythonRepr(course_id);
    refuseLong({ course_id: courseId }, limits.name);
    if (userId === undefined) return [];
    noteSubject(userId);
    if (userId !== me.userId && !me.isStaff && !(courseId && (await isCourseStaff(this.database, me.userId, courseId))))
      throw refused(403, 'Must be a Staff User to Perform this request.');
    const attempts = await activeAttemptsOf(this.database, userId, courseId);
    const examIds = attempts.map(({ examId }) => examId);
    const allowances = await allowancesAt(this.database, examIds, [userId]);
    return attempts.map((attempt) => ({
      exam: examJson(attempt.exam),
      attempt: attemptJson(attempt),
      allowances: allowances.filter(({ exam }) => exam.id === attempt.examId).map(allowanceJson),
    }));
  }
}
