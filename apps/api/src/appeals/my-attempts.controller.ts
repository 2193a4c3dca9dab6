import { Controller, Get, Headers, NotFoundException, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { MakeAppeal, type Origin } from '#domain';
import { submissionReceipt } from '#merkle-log';
import { streamOfAttempt } from '#read-models';
import type { Caller } from '#roster';
import { noteSubject } from '../access/access-note.js';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers, RequestBody } from '../document/answers.js';
import { detail, text } from '../document/schemas.js';
import { WholeNumber } from '../http/whole-number.js';
import { ValidBody } from '../requests/validated.js';
import { textsForAnswer } from '../texts/texts.js';
import { attemptAppeal, attemptTimeline, madeAppeal, submissionReceiptSchema } from './appeals.answers.js';
import { ReasonRequest } from './appeals.requests.js';
import { AttemptTimelines } from './attempt-timelines.js';

/** Learners read about their own attempts, and appeal a rejection. Attempts of others are not found. */
@ApiTags('appeals')
@Controller('api/exams/v1/me/attempts/:attemptId')
export class MyAttemptsController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly timelines: AttemptTimelines,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  @Get('timeline')
  @Gate('login', { logs: 'others' })
  @ApiOperation({ summary: "What happened in an attempt of the caller, when and by whom, in the caller's language" })
  @Answers(200, attemptTimeline, { headers: { 'Content-Language': { schema: text } } })
  async getTimeline(
    @WholeNumber('attemptId') attemptId: string,
    @CurrentUser() me: Caller,
    @Headers() headers: FastifyRequest['headers'],
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const attempt = await this.ownAttempt(attemptId, me);
    const words = textsForAnswer(headers['accept-language'], this.configuration.settings.languageCode, reply);
    const entries = await this.timelines.timeline(attempt);
    return {
      attempt_id: attempt.id,
      entries: entries.map(({ at, what, by, reason, message, seconds = null }) => ({
        at,
        event: what,
        what: words.say(`timeline.${what}`),
        by: words.say(`timeline.by.${by}`),
        reason,
        message,
        seconds,
      })),
    };
  }

  @Get('receipt')
  @Gate('login', { logs: 'others' })
  @ApiOperation({ summary: 'The signed receipt of the submission of an own attempt' })
  @Answers(200, submissionReceiptSchema)
  @Answers(202, detail, {
    description: 'The worker has not signed it yet',
    headers: { 'Retry-After': { schema: text } },
  })
  async getReceipt(
    @WholeNumber('attemptId') attemptId: string,
    @CurrentUser() me: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const attempt = await this.ownAttempt(attemptId, me);
    const submission = await this.timelines.submission(attempt);
    const receipt = await submissionReceipt(this.database, submission.id);
    if (receipt !== undefined) return { attempt_id: attempt.id, receipt };
    reply.code(202).header('Retry-After', '2');
    return { detail: 'The receipt is not signed yet. Please ask again in a moment.' };
  }

  @Get('appeal')
  @Gate('login', { logs: 'others' })
  @ApiOperation({ summary: "The caller's last appeal at an attempt, and its answer" })
  @Answers(200, attemptAppeal)
  async getMyAppeal(@WholeNumber('attemptId') attemptId: string, @CurrentUser() me: Caller) {
    return this.timelines.appeal(await this.ownAttempt(attemptId, me));
  }

  @Post('appeal')
  @Gate('login', { logs: 'others' })
  @ApiOperation({ summary: 'Appeal the rejection of an own attempt: another person looks at it' })
  @RequestBody(ReasonRequest)
  @Answers(200, madeAppeal)
  async makeAppeal(
    @WholeNumber('attemptId') attemptId: string,
    @ValidBody('detail') { reason }: ReasonRequest,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ) {
    const attempt = await this.ownAttempt(attemptId, me);
    const data = { attemptId: attempt.id, reason, at: this.clock.now() };
    await this.commands.execute(new MakeAppeal(attempt, data, by));
    // The answer is kept with the Idempotency-Key in clear text, so it has no reason.
    const { madeAt, answerBy } = await this.timelines.appealWithoutReasons(attempt);
    return { attempt_id: attempt.id, made_at: madeAt, answer_by: answerBy };
  }

  private async ownAttempt(attemptId: string, me: Caller) {
    const attempt = await streamOfAttempt(this.database, attemptId);
    if (attempt) noteSubject(attempt.userId);
    if (attempt?.userId !== me.userId) throw new NotFoundException();
    return { id: Number(attemptId), ...attempt };
  }
}
