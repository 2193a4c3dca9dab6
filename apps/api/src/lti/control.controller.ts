import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v5 as uuidOf } from 'uuid';
import { Clock } from '#clock';
import { AttemptTimeouts } from '#commands';
import { Database } from '#connections';
import { ControlAttempt, isIncomplete, isInProgress, Refusal } from '#domain';
import { controlMediaType, mayControl } from '#lti';
import type { LtiProvider } from '#providers';
import { type AttemptRecord, attemptById, isTerminatedByTool } from '#read-models';
import { Gate } from '../auth/authentication.js';
import { permissionDenied } from '../auth/surfaces.js';
import { Answers, Refuses } from '../document/answers.js';
import { integer, object, oneOf } from '../document/schemas.js';
import { HttpAnswer, refused } from '../http/http-answer.js';
import { readable } from '../requests/body.js';
import { addressedAttempt } from './addressed-attempt.js';
import { type ControlRequest, readControlRequest } from './control.requests.js';
import { LtiTools } from './lti-tools.js';

const controlAnswer = object(
  'ControlAnswer',
  { status: oneOf('none', 'running', 'paused', 'terminated', 'complete') },
  { extra_time: integer },
);

/** The assessment control service: a tool controls the attempts that it proctors (edx-exams.md §8.8, §9). */
@ApiTags('providers')
@Controller('lti/:toolId/acs')
export class ControlController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly timeouts: AttemptTimeouts,
    private readonly tools: LtiTools,
  ) {}

  @Post()
  @HttpCode(200)
  @Gate('anyone', { priority: 'submit' })
  @ApiConsumes('application/json', controlMediaType)
  @ApiOperation({ summary: 'An LTI tool pauses, resumes, changes, flags or ends an attempt' })
  @Answers(200, controlAnswer)
  @Refuses(400, 403, 404, 415)
  async controlAttempt(
    @Param('toolId') toolId: string,
    @Body() body: unknown,
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const tool = await this.authenticated(toolId, headers.authorization);
    const type = (headers['content-type'] ?? '').replace(/;.*/s, '').trim().toLowerCase();
    if (type !== 'application/json' && type !== controlMediaType)
      throw refused(415, `Unsupported media type "${headers['content-type'] ?? ''}" in request.`);
    const request = readControlRequest(readable(body), tool.lti.actions);
    const attempt = await addressedAttempt(this.database, this.tools.platform, request);
    if (!attempt) throw new HttpAnswer(400);
    if ((await this.tools.ofAttempt(attempt)).tool?.name !== tool.name) throw permissionDenied();
    await this.control(attempt, request, tool);
    const after = await attemptById(this.database, attempt.id);
    reply.type(type);
    return {
      status: await this.statusOf(after),
      ...(request.extra_time !== undefined && { extra_time: request.extra_time }),
    };
  }

  /** A tool proves with a token from this service who it is. @throws HttpAnswer 403 */
  private async authenticated(toolId: string, authorization = ''): Promise<LtiProvider> {
    const [scheme = '', token, ...rest] = authorization.trim().split(/\s+/);
    if (scheme.toLowerCase() !== 'bearer') throw refused(403, 'Missing LTI 1.3 authentication token.');
    if (!token) throw refused(403, 'Invalid token header. No credentials provided.');
    if (rest.length > 0) throw refused(403, 'Invalid token header. Token string should not contain spaces.');
    const tool = this.tools.byId(toolId);
    if (!tool) throw refused(403, 'LTI configuration not found.');
    const may = await mayControl(this.tools.platform, tool.lti, token, this.clock.now());
    if (may === undefined) throw refused(403, 'Invalid token signature.');
    if (!may) throw permissionDenied();
    return tool;
  }

  private async control(attempt: AttemptRecord, request: ControlRequest, { name }: LtiProvider) {
    const { action, severity, isCodeText, incident_time, reason_code, reason_msg = '', extra_time } = request;
    const at = this.clock.now();
    await this.timeouts.submitIfOverdue(attempt, at);
    // The same request has the same id, so that a tool may repeat it.
    const words = [name, attempt.id, action, severity, isCodeText, incident_time, reason_code, reason_msg, extra_time];
    const data = {
      attemptId: attempt.id,
      controlId: uuidOf(JSON.stringify(words), uuidOf.URL),
      action,
      severity,
      reasonCode: reason_code ?? null,
      isSubmission: isCodeText && reason_code === '1',
      incidentAt: incident_time ?? null,
      extraMinutes: extra_time ?? null,
      reason: reason_msg,
      at,
    };
    try {
      await this.commands.execute(new ControlAttempt(attempt, data, { actor: { kind: 'provider', name } }));
    } catch (error) {
      if (error instanceof Refusal && error.code === 'attempt_not_controllable') throw new HttpAnswer(400);
      throw error;
    }
  }

  /** The state of the attempt after the request, in the words of the standard. */
  private async statusOf(attempt: AttemptRecord | undefined) {
    if (!attempt) return 'none';
    if (isInProgress(attempt.status)) return attempt.pausedAt === null ? 'running' : 'paused';
    if (isIncomplete(attempt.status)) return 'none';
    return (await isTerminatedByTool(this.database, attempt.id)) ? 'terminated' : 'complete';
  }
}
