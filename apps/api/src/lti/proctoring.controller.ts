import { Controller, Get, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { AttemptTimeouts } from '#commands';
import { Database } from '#connections';
import { LaunchTool, type Origin, Refusal, SubmitAttempt } from '#domain';
import { isEndAwaited } from '#lti';
import { type AttemptRecord, attemptById } from '#read-models';
import type { Caller } from '#roster';
import { noteSubject } from '../access/access-note.js';
import { attempted } from '../attempts/attempted.js';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Surface } from '../auth/surfaces.js';
import { Redirects, Refuses } from '../document/answers.js';
import { refused } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { LtiTools } from './lti-tools.js';
import { ToolLaunches } from './tool-launches.js';

/** A learner goes to the tool that proctors an attempt, and comes back at the end (edx-exams.md §8.2, §8.6). */
@ApiTags('providers')
@Controller('lti')
@Surface('edx-exams')
export class ProctoringController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly launches: ToolLaunches,
    private readonly timeouts: AttemptTimeouts,
    private readonly tools: LtiTools,
  ) {}

  @Get('start_proctoring/:attemptId')
  @Gate('login', { priority: 'start', logs: 'others' })
  @ApiOperation({ summary: 'Go to the LTI tool that proctors an attempt of the caller' })
  @Redirects("The tool's login address")
  @Refuses(400)
  async startProctoring(
    @WholeNumber('attemptId') attemptId: string,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const attempt = await this.ownAttempt(attemptId, me);
    const { tool, generation } = await this.tools.ofAttempt(attempt);
    if (!tool) throw refused(400, `The exam of attempt_id=${attemptId} is not proctored by an LTI tool.`);
    if (request.method !== 'HEAD') await this.launch(attempt, me, by);
    const about = { userId: me.userId, message: 'start', generationId: generation.id, attemptId: attempt.id } as const;
    return this.launches.lead(request, reply, tool, about);
  }

  @Get('end_assessment/:attemptId')
  @Gate('login', { priority: 'submit', logs: 'others' })
  @ApiOperation({ summary: 'Submit an attempt of the caller, and tell the LTI tool if it wishes' })
  @Redirects("The exam in the learning front end, or the tool's login address")
  @Refuses(400)
  async endAssessment(
    @WholeNumber('attemptId') attemptId: string,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    // A page of another site could submit the exam by a link or a picture.
    if (request.headers['sec-fetch-site'] === 'cross-site')
      throw refused(403, 'Only a page of the learning platform can end an exam.');
    const attempt = await this.ownAttempt(attemptId, me);
    if (request.method !== 'HEAD') await this.submit(attempt, by);
    const { tool, generation } = await this.tools.ofAttempt(attempt);
    const isAwaited = tool && (await isEndAwaited(this.database, attempt.id, this.clock.now()));
    if (!isAwaited) return this.launches.go(request, reply, this.launches.examAddress(generation));
    const about = { userId: me.userId, message: 'end', generationId: generation.id, attemptId: attempt.id } as const;
    return this.launches.lead(request, reply, tool, about);
  }

  private async ownAttempt(attemptId: string, me: Caller): Promise<AttemptRecord> {
    const attempt = await attemptById(this.database, attemptId);
    if (!attempt) throw refused(400, `Attempt with attempt_id=${attemptId} does not exist.`);
    noteSubject(attempt.userId);
    if (attempt.userId !== me.userId)
      throw refused(
        403,
        `${attempted('update', attempt, me)} when starting an LTI launch but does not have access to it.`,
      );
    return attempt;
  }

  private async launch(attempt: AttemptRecord, me: Caller, by: Origin) {
    const at = this.clock.now();
    const { status } = await this.timeouts.submitIfOverdue(attempt, at);
    try {
      await this.commands.execute(new LaunchTool(attempt, { attemptId: attempt.id, at }, by));
    } catch (error) {
      if (!isIllegal(error)) throw error;
      const change = `from status=${status} to status=download_software_clicked`;
      const text = `${attempted('update', attempt, me)} ${change} when starting an LTI launch, but this status transition is illegal.`;
      throw refused(403, text);
    }
  }

  /** An attempt that has ended stays as it is. */
  private async submit(attempt: AttemptRecord, by: Origin) {
    const at = this.clock.now();
    await this.timeouts.submitIfOverdue(attempt, at);
    try {
      await this.commands.execute(new SubmitAttempt(attempt, { attemptId: attempt.id, at }, by));
    } catch (error) {
      if (!isIllegal(error)) throw error;
    }
  }
}

const isIllegal = (error: unknown) => error instanceof Refusal && error.code === 'illegal_status_transition';
