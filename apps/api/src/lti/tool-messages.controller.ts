import { Body, Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'jose';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { ReadyAttempt } from '#domain';
import {
  beginProctoring,
  claimedSender,
  claimsByTool,
  isStartAssessment,
  ltiPaths,
  openProctorings,
  resourceLinkOf,
  wantsEndMessage,
} from '#lti';
import { attemptById } from '#read-models';
import { Gate } from '../auth/authentication.js';
import { Answers } from '../document/answers.js';
import { text } from '../document/schemas.js';
import { textsForAnswer } from '../texts/texts.js';
import { AuthenticationRequests } from './authentication-requests.js';
import { BrowserSessions } from './browser-sessions.js';
import { errorPage, launchPage, pageHeaders, readyPage } from './lti-pages.js';
import { LtiTools } from './lti-tools.js';

type Fields = Record<string, unknown>;
const html = { type: 'text/html' };

/** Browsers carry messages between this service and a tool. Nobody is logged in: the session and the signatures say who it is. */
@ApiTags('providers')
@Controller('lti/lti_consumer/v1')
export class ToolMessagesController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly configuration: Configuration,
    private readonly database: Database,
    private readonly requests: AuthenticationRequests,
    private readonly sessions: BrowserSessions,
    private readonly tools: LtiTools,
  ) {}

  @Get('launch')
  @Gate('anyone')
  @ApiOperation({ summary: 'The message of a launch, for the tool that asks for it (OpenID authentication request)' })
  @Answers(200, text, html)
  @Answers(400, text, html)
  launchTool(@Query() query: Fields, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.launch(query, request, reply);
  }

  @Post('launch')
  @HttpCode(200)
  @Gate('anyone')
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiOperation({ summary: 'The message of a launch, by POST' })
  @Answers(200, text, html)
  @Answers(400, text, html)
  launchToolByPost(@Body() body: Fields, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.launch(Object(body), request, reply);
  }

  @Post('start_proctoring_assessment')
  @HttpCode(200)
  @Gate('anyone', { priority: 'start' })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiOperation({ summary: 'The tool says that the learner may begin (LtiStartAssessment)' })
  @Answers(200, text, html)
  @Answers(400, text, html)
  @Answers(404, text, html)
  async startAssessment(@Body() body: Fields, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const texts = this.textsFor(request, reply);
    reply.headers(pageHeaders);
    const sender = claimedSender(Object(body).JWT);
    const attemptId = sender && (await this.begin(String(Object(body).JWT), sender, request));
    if (typeof attemptId === 'number') {
      const address = this.configuration.publicUrl + ltiPaths.examShell(attemptId);
      return reply.code(200).send(readyPage(address, texts));
    }
    return reply.code(attemptId === 'unknown tool' ? 404 : 400).send(errorPage('lti.start_failed', texts));
  }

  private async launch(query: Fields, request: FastifyRequest, reply: FastifyReply) {
    const texts = this.textsFor(request, reply);
    reply.headers(pageHeaders);
    const message = await this.requests.answer(query, this.sessions.of(request));
    if (!message) return reply.code(400).send(errorPage('lti.launch_failed', texts));
    const { redirectUri, state, idToken } = message;
    return reply.code(200).send(launchPage(redirectUri, { state, id_token: idToken }, texts));
  }

  /** Answers the attempt that may begin. The checks are in the order of edx-exams.md §8.5. */
  private async begin(
    token: string,
    { clientId, resourceLinkId }: NonNullable<ReturnType<typeof claimedSender>>,
    request: FastifyRequest,
  ): Promise<number | 'unknown tool' | undefined> {
    const provider = this.tools.byClientId(clientId);
    if (!provider) return 'unknown tool';
    const session = this.sessions.of(request);
    if (!session) return undefined;
    const at = this.clock.now();
    const open = await openProctorings(this.database, { session: session.id, userId: session.userId }, at);
    const launched = open.find(
      ({ generationId }) => resourceLinkOf(this.tools.platform, generationId) === resourceLinkId,
    );
    const attempt = launched && (await attemptById(this.database, launched.attemptId));
    if (!attempt) return undefined;
    const claims = await claimsByTool(provider.lti, token, at).catch(noneIfInvalid);
    const { sessionData, generationId } = launched;
    const expected = { sessionData, resourceLinkId: resourceLinkOf(this.tools.platform, generationId) };
    if (!claims || !isStartAssessment(claims, expected)) return undefined;
    if ((await this.tools.ofAttempt(attempt)).tool?.name !== provider.name) return undefined;
    const origin = { actor: { kind: 'provider', name: provider.name } } as const;
    await this.commands.execute(new ReadyAttempt(attempt, { attemptId: attempt.id, at }, origin));
    const proctored = { attemptId: attempt.id, session: session.id };
    await beginProctoring(this.database, proctored, wantsEndMessage(claims), at);
    return attempt.id;
  }

  private textsFor({ headers }: FastifyRequest, reply: FastifyReply) {
    return textsForAnswer(headers['accept-language'], this.configuration.settings.languageCode, reply);
  }
}

/** A wrong token is refused with a page. */
function noneIfInvalid(error: unknown): undefined {
  if (!(error instanceof errors.JOSEError)) throw error;
}
