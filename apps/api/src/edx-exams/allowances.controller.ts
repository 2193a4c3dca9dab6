import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { MinutesGrants } from '#commands';
import { Database } from '#connections';
import { additionalTime, type Origin, WithdrawAllowance } from '#domain';
import { generationsOfCourse, minutesById, minutesOfCourse } from '#read-models';
import type { Caller } from '#roster';
import { noteObject, noteSubject } from '../access/access-note.js';
import { Learners } from '../allowances/learners.js';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Surface } from '../auth/surfaces.js';
import { Answers, JsonRequestBody } from '../document/answers.js';
import { detail, either, listOf } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { longBody } from '../requests/body.js';
import { invalidItems, minutesJson, minutesList } from './allowances.answers.js';
import { ExtraMinutesRequest } from './allowances.requests.js';
import { edxExam } from './exam.answers.js';
import { invalidData, validList } from './valid-list.js';

/** The extra minutes of learners: the same allowances that edx-proctoring calls `additional_time_granted`. */
@ApiTags('allowances')
@Controller('api/v1/exams/course_id/:courseId/allowances')
@Surface('edx-exams')
export class ExtraMinutesController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly grants: MinutesGrants,
    private readonly learners: Learners,
  ) {}

  @Get()
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: 'The extra minutes at all exams of a course, also at exams that are not active' })
  @Answers(200, minutesList)
  @Answers(404, either(detail, listOf(edxExam)), { description: 'No such path, or no course with a provider' })
  async listExtraMinutes(@Param('courseId') courseId: string) {
    const all = await minutesOfCourse(this.database, courseId);
    noteSubject(...new Set(all.map(({ userId }) => userId)));
    return all.map(minutesJson);
  }

  @Post()
  @HttpCode(200)
  @Gate('course', { logs: 'always', largestBody: longBody })
  @ApiOperation({ summary: 'Grant learners extra minutes: all of them, or none' })
  @JsonRequestBody([ExtraMinutesRequest])
  @Answers(200)
  @Answers(400, invalidItems)
  async grantExtraMinutes(
    @Param('courseId') courseId: string,
    @Body() body: unknown,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ): Promise<void> {
    const items = validList(ExtraMinutesRequest, body);
    const isNamed = ({ username, email }: ExtraMinutesRequest) => Boolean(username || email);
    if (!items.every(isNamed))
      throw invalidData(
        items.map((item) => (isNamed(item) ? {} : { username: ['username or email must be provided'] })),
      );
    const grants = await this.read(courseId, items, me);
    for (const examId of new Set(grants.map(({ examId }) => examId))) noteObject('exam', examId);
    noteSubject(...new Set(grants.map(({ userId }) => userId)));
    await this.grants.grant(grants, this.clock.now(), by);
  }

  @Delete(':allowanceId')
  @HttpCode(204)
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "Withdraw a learner's extra minutes" })
  @Answers(204)
  async withdrawExtraMinutes(
    @Param('courseId') courseId: string,
    @WholeNumber('allowanceId') allowanceId: string,
    @CurrentOrigin() by: Origin,
  ): Promise<void> {
    const allowance = await minutesById(this.database, courseId, allowanceId);
    if (!allowance) throw refused(404, `Allowance with id=${allowanceId} does not exist.`);
    noteSubject(allowance.userId);
    noteObject('exam', allowance.examId);
    await this.commands.execute(new WithdrawAllowance(allowance, { key: additionalTime, at: this.clock.now() }, by));
  }

  /** Exams and learners of the items. An exam is named by the id of any of its generations. */
  private async read(courseId: string, items: readonly ExtraMinutesRequest[], me: Caller) {
    const generations = new Map(
      (await generationsOfCourse(this.database, courseId)).map(({ id, examId }) => [id, examId]),
    );
    if (!items.every(({ exam_id }) => generations.has(exam_id))) throw refused(400, 'Exam does not exist');
    const texts = items.map(({ username, email }) => username || email!);
    const personOf = await this.learners.peopleOf(texts, [courseId], me);
    return items.map(({ username, email, exam_id, extra_time_mins: minutes }) => {
      const person = personOf(username || email!, courseId);
      const isMeant = username ? person?.username === username : person?.email === email;
      if (!person || !isMeant) throw refused(400, 'Learner with username/email not found');
      return { examId: generations.get(exam_id)!, userId: person.id, minutes };
    });
  }
}
