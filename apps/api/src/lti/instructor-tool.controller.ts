import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Database } from '#connections';
import { subjectsOfExam } from '#lti';
import { generationById } from '#read-models';
import { type Caller, userById } from '#roster';
import { noteCaller, noteObject } from '../access/access-note.js';
import { CurrentUser, Gate, isStaffOf } from '../auth/authentication.js';
import { nothingSent, Surface } from '../auth/surfaces.js';
import { Answers, Redirects, Refuses } from '../document/answers.js';
import { listOf, text } from '../document/schemas.js';
import { HttpAnswer, refused } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { BrowserSessions } from './browser-sessions.js';
import { LtiTools } from './lti-tools.js';
import { ToolLaunches } from './tool-launches.js';

/** Course staff look at an exam in its tool (edx-exams.md §8.9). */
@ApiTags('providers')
@Controller('lti/exam/:examId/instructor_tool')
@Surface('edx-exams')
export class InstructorToolController {
  constructor(
    private readonly database: Database,
    private readonly launches: ToolLaunches,
    private readonly sessions: BrowserSessions,
    private readonly tools: LtiTools,
  ) {}

  @Get()
  @Gate('login', { logs: 'always' })
  @ApiOperation({ summary: 'Go to the LTI tool of an exam, for course staff' })
  @Redirects("The tool's login address")
  @Refuses(400)
  @Answers(403, undefined, { description: 'Not course staff: an empty body' })
  async openInstructorTool(
    @WholeNumber('examId') examId: string,
    @CurrentUser() me: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const generation = await generationById(this.database, examId);
    if (!generation) throw refused(400, `Exam with exam_id=${examId} does not exist.`);
    await this.checkStaff(me, generation.courseId);
    const tool = generation.isProctored ? this.tools.of(generation) : undefined;
    if (!tool) throw refused(400, `The exam with exam_id=${examId} is not proctored by an LTI tool.`);
    const about = { userId: me.userId, message: 'instructor', generationId: generation.id, attemptId: null } as const;
    return this.launches.lead(request, reply, tool, about);
  }

  /** The tool shows it in the browser of the staff, who have a session since the launch. */
  @Get('roster')
  @Gate('anyone', { logs: 'always' })
  @ApiOperation({ summary: 'The names at LTI tools of the learners of an exam, with their user names' })
  @Answers(200, listOf(listOf(text)))
  @Refuses(401, 404)
  @Answers(403, undefined, { description: 'Not course staff: an empty body' })
  async getToolRoster(
    @WholeNumber('examId') examId: string,
    @CurrentUser() me: Caller | undefined,
    @Req() request: FastifyRequest,
  ) {
    const caller = me ?? (await this.userOfSession(request));
    if (!caller) throw nothingSent('edx-exams');
    noteCaller(caller.userId);
    const generation = await generationById(this.database, examId);
    if (!generation) throw refused(404, 'Exam does not exist');
    await this.checkStaff(caller, generation.courseId);
    noteObject('exam', generation.examId);
    return subjectsOfExam(this.database, generation);
  }

  private async checkStaff(caller: Pick<Caller, 'isStaff' | 'userId'>, courseId: string) {
    if (!(await isStaffOf(this.database, caller, courseId))) throw new HttpAnswer(403);
  }

  /** The rights are those of now, not those of the launch. */
  private async userOfSession(request: FastifyRequest): Promise<Pick<Caller, 'isStaff' | 'userId'> | undefined> {
    const session = this.sessions.of(request);
    const user = session && (await userById(this.database, session.userId));
    return user?.isActive ? { isStaff: user.isStaff, userId: user.id } : undefined;
  }
}
