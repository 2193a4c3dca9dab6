import { applyDecorators, Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Clock } from '#clock';
import { recordingOf } from '#commands';
import { Configuration, userObfuscationKeyOf } from '#configuration';
import { Database } from '#connections';
import { asUrl, type Exam } from '#domain';
import { EventStore } from '#event-store';
import { type Dashboard, obscuredUserId, providerOf } from '#providers';
import { attemptsByExternalId, examById, examsOfCourse } from '#read-models';
import { type Caller } from '#roster';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { Answers, QueryParam, Redirects } from '../document/answers.js';
import { oneOf, text } from '../document/schemas.js';
import { HttpAnswer } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';

/** The answer may be shown in a frame of the same site (rest-api.md §5.15). */
const notFound = (text: string) => new HttpAnswer(404, text, { 'X-Frame-Options': 'sameorigin' });

const ToDashboard = () => applyDecorators(Redirects("The provider's page"), Answers(404, text));

/** Redirects staff to the provider's dashboard. */
@ApiTags('providers')
@Controller('api/edx_proctoring/v1/instructor')
export class InstructorController {
  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly events: EventStore,
  ) {}

  @Get(':courseId')
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "Redirect to the provider's dashboard of a course" })
  @ToDashboard()
  @Answers(400, text)
  async openCourseDashboard(
    @Param('courseId') courseId: string,
    @CurrentUser() me: Caller,
    @Res() reply: FastifyReply,
  ) {
    const exams = (await examsOfCourse(this.database, courseId)).filter(({ isActive }) => isActive);
    const last = exams.at(-1);
    if (!last) throw notFound(`No exams in course ${courseId}.`);
    const [first, second] = new Set(exams.filter(({ isProctored }) => isProctored).map(({ backend }) => backend));
    if (first === undefined) throw notFound(`No proctored exams in course ${courseId}`);
    if (second !== undefined)
      throw new HttpAnswer(400, `Multiple backends for course ${courseId} ${first} != ${second}`);
    await this.redirect(reply, me, last, first, {});
  }

  @Get(':courseId/:examId')
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "Redirect to the provider's dashboard of an exam, or of an attempt" })
  @ToDashboard()
  @QueryParam('attempt', text, "The provider's id of an attempt")
  @QueryParam('config', oneOf('true'), 'The configuration of the exam instead')
  async openExamDashboard(
    @Param('courseId') courseId: string,
    @WholeNumber('examId') examId: string,
    @CurrentUser() me: Caller,
    @Res() reply: FastifyReply,
    @Query('attempt') attempt?: string,
    @Query('config') config?: string,
  ) {
    const exam = await examById(this.database, examId);
    if (!exam || exam.courseId !== courseId) throw notFound(`No exam ${examId} in course ${courseId}.`);
    if (!exam.isProctored) throw notFound(`No proctored exams in course ${courseId}`);
    // The link is signed, so it must not name an attempt of another exam.
    const own = attempt
      ? (await attemptsByExternalId(this.database, attempt)).find(({ examId }) => examId === exam.id)
      : undefined;
    const showsRecording = own && this.configuration.settings.switches['edx_proctoring.reds_api_redirect'];
    await this.redirect(reply, me, exam, exam.backend, {
      examExternalId: exam.externalId,
      attemptExternalId: own?.externalId,
      configuration: config?.toLowerCase() === 'true',
      videoUrl: showsRecording ? await recordingOf(this.database, this.events, own) : undefined,
    });
  }

  private async redirect(
    reply: FastifyReply,
    me: Caller,
    exam: Exam,
    backend: string | null,
    dashboard: Partial<Dashboard>,
  ) {
    const provider = providerOf(this.configuration.settings, backend);
    const id = obscuredUserId(me.userId, userObfuscationKeyOf(this.configuration), exam.backend);
    const user = { id, full_name: me.name, email: me.email };
    const at = this.clock.now();
    const url = await provider.instructorUrl({ at, courseId: exam.courseId, user, ...dashboard });
    if (!url) throw notFound(`No instructor dashboard for ${provider.verboseName}`);
    reply.redirect(asUrl(url), 302);
  }
}
