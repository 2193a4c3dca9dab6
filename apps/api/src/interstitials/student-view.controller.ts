import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { AttemptTimeouts } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { type Exam, isReached, limits, statusSummaryOf } from '#domain';
import { currentAttemptAt, examByContent } from '#read-models';
import { type Caller, courseEnd, mayTakeProctoredExams, userById } from '#roster';
import { subjectOf } from '../attempts/subject.js';
import { CurrentUser, Gate, isStaffOf } from '../auth/authentication.js';
import { cookieValue } from '../browsers/csrf-tokens.js';
import { Answers, QueryParam } from '../document/answers.js';
import { either, emptyObject, failure, idNumber, text, yes } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { type Texts, textsForAnswer } from '../texts/texts.js';
import { gracePeriod, statusSummary, studentView } from './student-view.answers.js';
import { StudentViews } from './student-views.js';

type Parameters = Record<string, string | undefined>;

/** The page that a learner sees in place of an exam, and its text in the course outline (domain.md §11, §4.8). */
@ApiTags('learners')
@Controller('api/edx_proctoring/v1/proctored_exam')
export class StudentViewController {
  constructor(
    private readonly clock: Clock,
    private readonly views: StudentViews,
    private readonly timeouts: AttemptTimeouts,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  @Get('student_view/course_id/:courseId')
  @Gate('login', { priority: 'start', logs: 'others' })
  @ApiOperation({ summary: "Whether a learner sees an exam's content, and the page that is shown in its place" })
  @Answers(200, studentView, { headers: { 'Content-Language': { schema: text } } })
  @Answers(502, failure)
  @QueryParam('content_id', text)
  @QueryParam('user_id', idNumber, 'Of global staff only')
  @QueryParam('user_role', text, '`student` if absent; only staff of the course may be something else')
  @QueryParam('grace_period_mins', gracePeriod, "The course's grace period; of staff of the course only")
  @QueryParam('allow_proctoring_opt_out', yes, 'The page offers the exam without proctoring')
  async getStudentView(
    @Param('courseId') courseId: string,
    @CurrentUser() me: Caller,
    @Query() query: Parameters,
    @Headers() headers: FastifyRequest['headers'],
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { user_role: role = 'student', grace_period_mins: grace = '0' } = query;
    if (!/^\d{1,9}$/.test(grace)) throw refused(400, 'grace_period_mins: A valid integer is required.');
    if (Number(grace) > limits.graceMinutes)
      throw refused(400, `grace_period_mins: Ensure this value is less than or equal to ${limits.graceMinutes}.`);
    if ((role !== 'student' || grace !== '0') && !(await isStaffOf(this.database, me, courseId)))
      throw refused(403, 'Must be a Staff User to Perform this request.');
    const learner = await this.learnerOf(me, query.user_id);
    const exam = await this.examOf(courseId, query.content_id);
    if (!exam) throw refused(404, `There is no exam at ${query.content_id} in ${courseId}.`);
    const request = {
      role,
      gracePeriodMins: Number(grace),
      allowsOptOut: yes.enum.includes(query.allow_proctoring_opt_out),
      examCookie: cookieValue(headers, 'exam') ?? '',
      by: me.userId,
    };
    return this.views.of(exam, learner, request, this.textsIn(headers, reply), this.clock.now());
  }

  @Get('attempt_status_summary/course_id/:courseId')
  @Gate('login', { logs: 'others' })
  @ApiOperation({
    summary: "The text about a learner's exam in the course outline; empty if the learner may not take it",
  })
  @Answers(200, either(statusSummary, emptyObject), { headers: { 'Content-Language': { schema: text } } })
  @QueryParam('content_id', text)
  @QueryParam('user_id', idNumber, 'Of global staff only')
  async getStatusSummary(
    @Param('courseId') courseId: string,
    @CurrentUser() me: Caller,
    @Query() query: Parameters,
    @Headers() headers: FastifyRequest['headers'],
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { id: userId } = await this.learnerOf(me, query.user_id);
    const exam = await this.examOf(courseId, query.content_id);
    const texts = this.textsIn(headers, reply);
    if (!exam) return {};
    const at = this.clock.now();
    const [endsAt, found, mayTake] = await Promise.all([
      courseEnd(this.database, courseId),
      currentAttemptAt(this.database, exam.id, userId),
      mayTakeProctoredExams(this.database, userId, courseId),
    ]);
    const attempt = found && (await this.timeouts.seenBy(me.userId, found, at));
    const summary = statusSummaryOf(exam, attempt?.status, {
      courseHasEnded: isReached(endsAt, at),
      mayTakeProctoredExams: mayTake,
    });
    if (!summary) return {};
    return {
      ...(summary.status && { status: summary.status }),
      short_description: texts.say(`summary.${summary.says}`),
      suggested_icon: summary.icon,
      in_completed_state: summary.isCompleted,
    };
  }

  private async learnerOf(me: Caller, userId: string | undefined) {
    const learner = await userById(this.database, subjectOf(me, userId));
    if (learner) return learner;
    throw refused(400, `user_id: there is no user ${userId}.`);
  }

  private async examOf(courseId: string, contentId: string | undefined): Promise<Exam | undefined> {
    if (!contentId) throw refused(400, 'Missing required query parameter content_id');
    return examByContent(this.database, courseId, contentId);
  }

  private textsIn(headers: FastifyRequest['headers'], reply: FastifyReply): Texts {
    return textsForAnswer(headers['accept-language'], this.configuration.settings.languageCode, reply);
  }
}
