import { Body, Controller, NotFoundException, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { AttemptTimeouts, receiveReview, reviewGroupOf } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { noAttemptMatches, ReadyAttempt, Refusal } from '#domain';
import { EventStore } from '#event-store';
import { type AttemptRecord, attemptsByExternalId } from '#read-models';
import { type Caller, isCourseStaff } from '#roster';
import { beginAccess, noteObject, noteSubject } from '../access/access-note.js';
import { Gate } from '../auth/authentication.js';
import { Answers, RequestBody } from '../document/answers.js';
import { detail, either, oneOf, text } from '../document/schemas.js';
import { HttpAnswer, refused } from '../http/http-answer.js';
import { longBody } from '../requests/body.js';
import { bodyObject } from '../requests/body-object.js';
import { type CallbackSender, CallbackSenders, originOfSender } from './callback-senders.js';
import { ReviewRequest } from './reviews.requests.js';
import { withQuarantine } from './with-quarantine.js';

const ok = oneOf('OK');

/**
 * Callbacks of a provider about an attempt, by the provider's id of the attempt (rest-api.md §5.7, §5.8). The provider logs
 * in, or signs its requests (docs/providers.md).
 */
@ApiTags('providers')
@Controller('api/edx_proctoring/v1/proctored_exam/attempt/:externalId')
export class ReviewsController {
  constructor(
    private readonly clock: Clock,
    private readonly timeouts: AttemptTimeouts,
    private readonly senders: CallbackSenders,
    readonly database: Database,
    readonly configuration: Configuration,
    readonly events: EventStore,
    readonly commands: CommandBus,
  ) {}

  @Post('ready')
  @Gate('login', { priority: 'start', keepsBytes: true, mayBeSigned: true, logs: 'others', largestBody: longBody })
  @ApiOperation({ summary: "The learner's set-up is done" })
  @Answers(200, ok)
  @Answers(404, either(text, detail))
  async markAttemptReady(@Param('externalId') externalId: string, @Req() request: FastifyRequest) {
    const sender = await this.senders.identify(request, `${externalId}/ready`);
    const found = await this.attempt(externalId, sender);
    noteAttempt(found);
    if (!found) throw new HttpAnswer(404, 'You have entered an exam code that is not valid.');
    const { user } = sender;
    const isAllowed =
      found.userId === user?.userId ||
      this.senders.mayReview(sender, found) ||
      (user && (await isCourseStaff(this.database, user.userId, found.exam.courseId)));
    if (!isAllowed) throw refused(403, `user_id=${user?.userId} may not change attempt ${externalId}.`);
    if (found.userId !== user?.userId) await beginAccess();
    const at = this.clock.now();
    const attempt = await this.timeouts.submitIfOverdue(found, at);
    await this.commands.execute(
      new ReadyAttempt(attempt, { attemptId: attempt.id, at }, originOfSender(sender, request)),
    );
    return 'OK';
  }

  @Post('reviewed')
  @Gate('login', { keepsBytes: true, mayBeSigned: true, priority: 'start', logs: 'always', largestBody: longBody })
  @ApiOperation({ summary: 'The review of an attempt' })
  @RequestBody(ReviewRequest)
  @Answers(200, ok)
  @Answers(403, undefined, { description: 'Not a reviewer: an empty body' })
  @Answers(412, oneOf('Exam no longer proctored'))
  async sendReview(@Param('externalId') externalId: string, @Body() body: unknown, @Req() request: FastifyRequest) {
    const sender = await this.senders.identify(request, `${externalId}/reviewed`);
    const found = await this.attempt(externalId, sender);
    noteAttempt(found);
    if (found && !this.senders.mayReview(sender, found)) throw new HttpAnswer(403, undefined);
    const { provider, user } = sender;
    const receive = async () => {
      if (!found && provider) throw noAttemptMatches();
      if (!found)
        throw new Refusal(
          'attempt_not_found',
          `Attempted to access exam attempt with external_id=${externalId} but it does not exist.`,
        );
      const payload = bodyObject(body);
      const at = this.clock.now();
      const attempt = await this.timeouts.submitIfOverdue(found, at);
      if (!attempt.exam.isProctored) throw new HttpAnswer(412, 'Exam no longer proctored');
      const { backend } = attempt.exam;
      const isProviders = provider !== undefined || user!.groups.includes(reviewGroupOf(backend));
      const origin = originOfSender(sender, request);
      await receiveReview(this, { attempt, backend, payload, at, origin, isProviders });
    };
    const { bytes = Buffer.alloc(0) } = request;
    const senderId = user?.userId;
    const callback = { route: 'reviewed', externalId, provider, senderId, userId: found?.userId, bytes } as const;
    if (!found && user && !isReviewer(user)) await receive();
    else await withQuarantine(this.database, callback, receive);
    return 'OK';
  }

  /** Two providers may give the same id, so an attempt that the sender may review comes first. A provider sees no others. */
  private async attempt(externalId: string, sender: CallbackSender): Promise<AttemptRecord | undefined> {
    if (!/^[-a-zA-Z0-9_]+$/.test(externalId)) throw new NotFoundException();
    const all = await attemptsByExternalId(this.database, externalId);
    const own = all.filter((each) => this.senders.mayReview(sender, each));
    const [attempt, another] = own.length > 0 || sender.provider ? own : all;
    if (another) throw new Refusal('attempt_is_ambiguous', `There are several attempts with the id ${externalId}.`);
    return attempt;
  }
}

/** Whether a refused review of an unknown attempt is kept, because this caller is a reviewer. */
const isReviewer = (me: Caller): boolean =>
  me.isStaff || me.isSuperuser || me.groups.some((group) => group.endsWith('_review'));

function noteAttempt(attempt: AttemptRecord | undefined): void {
  if (!attempt) return;
  noteObject('attempt', attempt.id);
  noteSubject(attempt.userId);
}
