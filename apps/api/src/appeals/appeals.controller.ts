import { Controller, Get, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { Database } from '#connections';
import { AnswerAppeal, type Origin, RejectAttempt, VerifyAttempt } from '#domain';
import { attemptById } from '#read-models';
import type { Caller } from '#roster';
import { noteSubject } from '../access/access-note.js';
import { type AttemptStream, staffOfAttempt } from '../attempts/staff-of-attempt.js';
import { CurrentUser, Gate, Loaded } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers, RequestBody } from '../document/answers.js';
import { existing } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { ValidBody } from '../requests/validated.js';
import { answeredAppeal, attemptAppeal, rejection, verification } from './appeals.answers.js';
import { AnswerAppealRequest, ReasonRequest } from './appeals.requests.js';
import { AttemptTimelines } from './attempt-timelines.js';

const staff = { ...staffOfAttempt, logs: 'always' } as const;

/** Staff verify or reject an attempt, and answer the appeal against a rejection. Each of them gives a reason, which the learner reads. */
@ApiTags('appeals')
@Controller('api/exams/v1/attempts/:attemptId')
export class AppealsController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly timelines: AttemptTimelines,
    private readonly database: Database,
  ) {}

  @Post('reject')
  @Gate('course', staff)
  @ApiOperation({ summary: 'Reject an attempt that was handed in, with all that follows from it' })
  @RequestBody(ReasonRequest)
  @Answers(200, rejection)
  async rejectAttempt(
    @WholeNumber('attemptId') attemptId: string,
    @ValidBody('detail') { reason }: ReasonRequest,
    @Loaded() found: AttemptStream,
    @CurrentUser() { userId: rejectedBy }: Caller,
    @CurrentOrigin() by: Origin,
  ) {
    const attempt = attemptOf(attemptId, found);
    const data = { attemptId: attempt.id, reason, rejectedBy, at: this.clock.now() };
    await this.commands.execute(new RejectAttempt(attempt, data, by));
    const after = await attemptById(this.database, attempt.id);
    return { attempt_id: attempt.id, rejected: after?.status === 'rejected' };
  }

  @Post('verify')
  @Gate('course', staff)
  @ApiOperation({ summary: 'Verify an attempt that was handed in, also after a provider has judged it' })
  @RequestBody(ReasonRequest)
  @Answers(200, verification)
  async verifyAttempt(
    @WholeNumber('attemptId') attemptId: string,
    @ValidBody('detail') { reason }: ReasonRequest,
    @Loaded() found: AttemptStream,
    @CurrentUser() { userId: verifiedBy }: Caller,
    @CurrentOrigin() by: Origin,
  ) {
    const attempt = attemptOf(attemptId, found);
    const data = { attemptId: attempt.id, reason, verifiedBy, at: this.clock.now() };
    await this.commands.execute(new VerifyAttempt(attempt, data, by));
    return { attempt_id: attempt.id, verified: true };
  }

  @Get('appeal')
  @Gate('course', staff)
  @ApiOperation({ summary: "A learner's last appeal at an attempt, with the reason" })
  @Answers(200, attemptAppeal)
  async getAppeal(@WholeNumber('attemptId') attemptId: string, @Loaded() found: AttemptStream) {
    return this.timelines.appeal(attemptOf(attemptId, found));
  }

  @Post('appeal/answer')
  @Gate('course', staff)
  @ApiOperation({
    summary: 'Uphold an appeal, which verifies the attempt, or dismiss it; nobody who judged it before may',
  })
  @RequestBody(AnswerAppealRequest)
  @Answers(200, answeredAppeal)
  async answerAppeal(
    @WholeNumber('attemptId') attemptId: string,
    @ValidBody('detail') { upheld: isUpheld, reason }: AnswerAppealRequest,
    @Loaded() found: AttemptStream,
    @CurrentUser() { userId: answeredBy }: Caller,
    @CurrentOrigin() by: Origin,
  ) {
    const attempt = attemptOf(attemptId, found);
    const data = { attemptId: attempt.id, reason, isUpheld, answeredBy, at: this.clock.now() };
    await this.commands.execute(new AnswerAppeal(attempt, data, by));
    return { attempt_id: attempt.id, upheld: isUpheld };
  }
}

function attemptOf(attemptId: string, found: AttemptStream) {
  const attempt = existing(found);
  noteSubject(attempt.userId);
  return { id: Number(attemptId), ...attempt };
}
