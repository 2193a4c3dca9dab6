import { Controller, Get, NotFoundException, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { isIncomplete } from '#domain';
import { isProctoredIn } from '#lti';
import { attemptById } from '#read-models';
import { Gate } from '../auth/authentication.js';
import { Answers, Redirects, Refuses } from '../document/answers.js';
import { flag, object, text } from '../document/schemas.js';
import { WholeNumber } from '../http/whole-number.js';
import { textsForAnswer } from '../texts/texts.js';
import { BrowserSessions } from './browser-sessions.js';
import { examShell, shellHeaders } from './exam-shell.js';
import { LtiTools } from './lti-tools.js';
import { ToolLaunches } from './tool-launches.js';

/** The page from which a learner takes an exam that an LTI tool proctors. The browser's session says who it is. */
@ApiTags('browsers')
@Controller('lti/exam_shell/:attemptId')
export class ExamShellController {
  constructor(
    private readonly configuration: Configuration,
    private readonly database: Database,
    private readonly launches: ToolLaunches,
    private readonly sessions: BrowserSessions,
    private readonly tools: LtiTools,
  ) {}

  @Get()
  @Gate('anyone', { priority: 'start' })
  @ApiOperation({ summary: 'The page that frames a proctored exam, and answers for its tool' })
  @Answers(200, text, { type: 'text/html' })
  @Redirects('The exam in the learning front end, after the end of the attempt')
  @Refuses(404)
  async showExamShell(
    @WholeNumber('attemptId') attemptId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { attempt } = await this.ownAttempt(attemptId, request);
    const address = this.launches.examAddress((await this.tools.ofAttempt(attempt)).generation);
    if (!isIncomplete(attempt.status)) return reply.redirect(address, 302);
    const { 'accept-language': accepted } = request.headers;
    const { settings, publicUrl } = this.configuration;
    const texts = textsForAnswer(accepted, settings.languageCode, reply);
    return reply.headers(shellHeaders(new URL(address, publicUrl).origin)).send(examShell(address, texts));
  }

  @Get('status')
  @Gate('anyone', { priority: 'poll' })
  @ApiOperation({ summary: "Whether the tool's session of an attempt is alive in this browser" })
  @Answers(200, object('ToolSession', { active: flag }))
  @Refuses(404)
  async getToolSession(@WholeNumber('attemptId') attemptId: string, @Req() request: FastifyRequest) {
    const { attempt, session } = await this.ownAttempt(attemptId, request);
    return { active: isIncomplete(attempt.status) && (await isProctoredIn(this.database, attempt.id, session.id)) };
  }

  private async ownAttempt(attemptId: string, request: FastifyRequest) {
    const session = this.sessions.of(request);
    const attempt = session && (await attemptById(this.database, attemptId));
    if (!attempt || attempt.userId !== session.userId) throw new NotFoundException();
    return { attempt, session };
  }
}
