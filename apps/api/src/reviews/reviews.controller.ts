import { Body, Controller, Inject, NotFoundException, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type pg from 'pg';
import { Clock } from '#clock';
import { FreshAttempts, POOL, ReceiveReview } from '#commands';
import { type Origin, ReadyAttempt, Refusal } from '#domain';
import { type Caller, isCourseStaff } from '#platform';
import { type AttemptRecord, attemptsByExternalId } from '#read-models';
import { Gate, Me } from '../authentication.js';
import { Answers, Reads } from '../document/answers.js';
import { detail, either, oneOf, text } from '../document/schemas.js';
import { HttpAnswer, refused } from '../http-answer.js';
import { By } from '../origin.js';
import { bodyObject } from '../requests/body-object.js';
import { quarantining } from './quarantining.js';
import { ReviewRequest } from './reviews.requests.js';

const ok = oneOf('OK');

/** What a proctoring provider tells us about an attempt, by the id that it gave to it (rest-api.md §5.7, §5.8). */
@ApiTags('providers')
@Controller('api/edx_proctoring/v1/proctored_exam/attempt/:externalId')
export class ReviewsController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly fresh: FreshAttempts,
    @Inject(POOL) private readonly pool: pg.Pool,
  ) {}

  @Post('ready')
  @Gate('login', { priority: 'start' })
  @ApiOperation({ summary: "The learner's set-up is done" })
  @Answers(200, ok)
  @Answers(404, either(text, detail))
  async ready(@Param('externalId') externalId: string, @Me() me: Caller, @By() by: Origin) {
    const found = await this.attempt(externalId);
    if (!found) throw new HttpAnswer(404, 'You have entered an exam code that is not valid.');
    const isAllowed =
      found.userId === me.userId ||
      isReviewer(me, found) ||
      (await isCourseStaff(this.pool, me.userId, found.exam.courseId));
    if (!isAllowed) throw refused(403, `user_id=${me.userId} may not change attempt ${externalId}.`);
    const at = this.clock.now();
    const attempt = await this.fresh.of(found, at);
    await this.commands.execute(new ReadyAttempt(attempt, { attemptId: attempt.id, at }, by));
    return 'OK';
  }

  @Post('reviewed')
  @Gate('login', { keepsBytes: true, priority: 'start' })
  @ApiOperation({ summary: 'The review of an attempt' })
  @Reads(ReviewRequest)
  @Answers(200, ok)
  @Answers(403, undefined, { description: 'Not a reviewer: an empty body' })
  @Answers(412, oneOf('Exam no longer proctored'))
  async reviewed(
    @Param('externalId') externalId: string,
    @Body() body: unknown,
    @Me() me: Caller,
    @By() by: Origin,
    @Req() { bytes = Buffer.alloc(0) }: FastifyRequest,
  ) {
    const found = await this.attempt(externalId);
    if (found && !isReviewer(me, found)) throw new HttpAnswer(403, undefined);
    const receive = async () => {
      if (!found)
        throw new Refusal(
          'attempt_not_found',
          `Attempted to access exam attempt with external_id=${externalId} but it does not exist.`,
        );
      const payload = bodyObject(body);
      const at = this.clock.now();
      const attempt = await this.fresh.of(found, at);
      if (!attempt.exam.isProctored) throw new HttpAnswer(412, 'Exam no longer proctored');
      await this.commands.execute(new ReceiveReview(attempt, attempt.exam.backend, payload, at, by));
    };
    if (!found && !reviewsSomewhere(me)) await receive();
    else await quarantining(this.pool, { route: 'reviewed', externalId, userId: found?.userId, bytes }, receive);
    return 'OK';
  }

  private async attempt(externalId: string): Promise<AttemptRecord | undefined> {
    if (!/^[-a-zA-Z0-9_]+$/.test(externalId)) throw new NotFoundException();
    const [attempt, another] = await attemptsByExternalId(this.pool, externalId);
    if (another) throw new Refusal('attempt_is_ambiguous', `There are several attempts with the id ${externalId}.`);
    return attempt;
  }
}

/** May review: global staff, superusers, and the group of the exam's provider (rest-api.md §2.3). */
const isReviewer = (me: Caller, { exam }: AttemptRecord): boolean =>
  me.isStaff || me.isSuperuser || me.groups.includes(`${exam.backend ?? 'None'}_review`);

/** One whose word is worth keeping even where nobody knows the attempt. */
const reviewsSomewhere = (me: Caller): boolean =>
  me.isStaff || me.isSuperuser || me.groups.some((group) => group.endsWith('_review'));
