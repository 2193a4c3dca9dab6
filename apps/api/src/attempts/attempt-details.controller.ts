import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { learnerAtExamOf, readableReviews, StaffActions, timelineForStaff } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import type { Actor } from '#domain';
import { EventStore, type RecordedEvent } from '#event-store';
import { type AttemptRecord, allowanceJson, allowancesAt, attemptById, attemptJson, attemptsAt } from '#read-models';
import { type Caller, usersByIds } from '#roster';
import { noteSubject } from '../access/access-note.js';
import { appealJson } from '../appeals/appeals.answers.js';
import { CurrentUser, Gate, Loaded } from '../auth/authentication.js';
import { Answers } from '../document/answers.js';
import { text } from '../document/schemas.js';
import { existing } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { type Texts, textsForAnswer } from '../texts/texts.js';
import { actionJson, attemptDetailsSchema, reviewJson } from './attempt-details.answers.js';
import { type AttemptStream, staffOfAttempt } from './staff-of-attempt.js';

/** All that course staff need to judge an attempt. */
@ApiTags('attempts')
@Controller('api/exams/v1/attempts/:attemptId')
export class AttemptDetailsController {
  constructor(
    private readonly clock: Clock,
    private readonly events: EventStore,
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly actions: StaffActions,
  ) {}

  @Get()
  @Gate('course', { ...staffOfAttempt, logs: 'always' })
  @ApiOperation({
    summary: 'An attempt for staff, with timeline, reviews, appeal, allowances, and the actions with their effects',
  })
  @Answers(200, attemptDetailsSchema, { headers: { 'Content-Language': { schema: text } } })
  async getAttemptDetails(
    @WholeNumber('attemptId') attemptId: string,
    @Loaded() found: AttemptStream,
    @CurrentUser() { userId: staffId }: Caller,
    @Headers() headers: FastifyRequest['headers'],
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { stream, userId, examId } = existing(found);
    noteSubject(userId);
    const attempt = existing(await attemptById(this.database, attemptId));
    const words = textsForAnswer(headers['accept-language'], this.configuration.settings.languageCode, reply);
    const history = await this.events.read(stream);
    const [all, allowances, actions, fromHistory] = await Promise.all([
      attemptsAt(this.database, examId, userId),
      allowancesAt(this.database, [examId], [userId]),
      this.actions.of(attempt, history, { staffId, at: this.clock.now() }),
      this.fromHistory(attempt, history, words),
    ]);
    return {
      ...fromHistory,
      attempt: attemptJson(attempt),
      attempts: all.map(attemptJson),
      allowances: allowances.map(allowanceJson),
      actions: actions.map(actionJson),
    };
  }

  /** The part of the answer that comes from the history, with the names of the people in it. */
  private async fromHistory(attempt: AttemptRecord, history: RecordedEvent[], words: Texts) {
    const [entries, reviews] = await Promise.all([
      timelineForStaff(this.database, attempt, history, attempt.id),
      readableReviews(this.database, attempt, history, attempt.id),
    ]);
    const appeal = learnerAtExamOf(history).appeals[attempt.id];
    const actors = [...entries.map(({ actor }) => actor), ...reviews.map(({ sender }) => sender)];
    const ids = actors.flatMap((actor) => (actor.kind === 'user' ? actor.userId : []));
    const reviewers = reviews.flatMap(({ reviewedBy }) => reviewedBy ?? []);
    const people = await usersByIds(this.database, [...new Set([attempt.userId, ...ids, ...reviewers])]);
    const nameOfUser = (userId: number) => people.get(userId)?.username ?? `user ${userId}`;
    const nameOf = (actor: Actor) => {
      if (actor.kind === 'user') return nameOfUser(actor.userId);
      return 'name' in actor ? actor.name : null;
    };
    return {
      full_name: people.get(attempt.userId)?.fullName ?? '',
      timeline: entries.map(({ at, what, by, actor, reason, message, seconds = null }) => ({
        at,
        event: what,
        what: words.say(`timeline.${what}`),
        by,
        name: nameOf(actor),
        reason,
        message,
        seconds,
      })),
      reviews: reviews.map((review) => reviewJson(review, nameOf, nameOfUser)),
      appeal: appeal ? appealJson(attempt.id, appeal, entries) : null,
    };
  }
}
