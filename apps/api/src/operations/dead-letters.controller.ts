import { Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Configuration } from '#configuration';
import { Database, type PageOf } from '#connections';
import { deadLetterPage, deadLettersOfEvent } from '#event-store';
import { askForAction, newestActions, noSuchDeadLetter, unknownSubscription } from '#operations';
import type { Caller } from '#roster';
import { noteSubject } from '../access/access-note.js';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { Answers, QueryParam, RequestBody } from '../document/answers.js';
import { idNumber, pageNumber, text } from '../document/schemas.js';
import { AnswersList, AsCsv, csvFile } from '../http/exports.js';
import { refused } from '../http/http-answer.js';
import { allPages, requestedPage } from '../http/page.js';
import { idIn } from '../requests/ids.js';
import { ValidBody } from '../requests/validated.js';
import {
  deadLetterAction,
  deadLetterActions,
  deadLetterEvent,
  deadLetterList,
  letterColumns,
  letterJson,
} from './dead-letters.answers.js';
import { RetryRequest, SkipRequest } from './operations.requests.js';

/** Dead letters of all subscriptions. A superuser asks for a retry or a skip, and the worker does it within seconds. */
@ApiTags('operations')
@Controller('api/operations/v1/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly database: Database,
    readonly configuration: Configuration,
  ) {}

  @Get()
  @Gate('staff', { logs: 'always', csv: true })
  @ApiOperation({ summary: 'Events that could not be delivered, by subscription, in the order of the log' })
  @QueryParam('subscription', text, 'Only dead letters of this subscription')
  @QueryParam('user_id', idNumber, 'Only events about this learner')
  @QueryParam('exam_id', idNumber, 'Only events about this exam')
  @QueryParam('page', pageNumber)
  @AnswersList(deadLetterList)
  async listDeadLetters(
    @Query() { subscription, user_id, exam_id, page }: Record<string, string | undefined>,
    @AsCsv() asCsv: boolean,
  ) {
    const filter = { subscription, userId: idIn(user_id, 'user_id'), examId: idIn(exam_id, 'exam_id') };
    const read = async (pageOf: PageOf) => {
      const { count, letters } = await deadLetterPage(this.database, filter, pageOf);
      noteSubject(...letters.flatMap(({ userId }) => userId ?? []));
      return { count, results: letters.map(letterJson) };
    };
    return asCsv ? csvFile('dead-letters', letterColumns, allPages(read)) : requestedPage(page, read);
  }

  @Get('actions')
  @Gate('staff', { logs: 'always' })
  @ApiOperation({ summary: 'The last 50 retries and skips that were asked for, with their outcomes' })
  @Answers(200, deadLetterActions)
  async listDeadLetterActions() {
    return { results: await newestActions(this.database) };
  }

  @Get(':eventId')
  @Gate('staff', { logs: 'always' })
  @ApiOperation({ summary: 'An event with its dead letters' })
  @Answers(200, deadLetterEvent)
  async getDeadLetter(@Param('eventId') eventId: string) {
    const { event, letters } = await this.lettersOf(eventId);
    return { event, letters: letters.map(letterJson) };
  }

  @Post('retry')
  @HttpCode(202)
  @Gate('staff', { logs: 'always', superuser: true })
  @ApiOperation({ summary: 'Ask the worker to deliver the dead letters of one ordering key, or of all, again' })
  @RequestBody(RetryRequest)
  @Answers(202, deadLetterAction)
  async retryDeadLetters(
    @ValidBody('detail') { subscription, ordering_key }: RetryRequest,
    @CurrentUser() { userId }: Caller,
    @Req() { id: requestId }: FastifyRequest,
  ) {
    this.check(subscription);
    const orderingKey = ordering_key ?? undefined;
    const { letters } = await deadLetterPage(this.database, { subscription, orderingKey }, () => ({
      offset: 0,
      limit: 100,
    }));
    noteSubject(...letters.flatMap((letter) => letter.userId ?? []));
    return askForAction(this.database, { action: 'retry', subscription, orderingKey }, { userId, requestId });
  }

  @Post(':eventId/skip')
  @HttpCode(202)
  @Gate('staff', { logs: 'always', superuser: true })
  @ApiOperation({ summary: 'Ask the worker to skip a dead letter: it is never delivered' })
  @RequestBody(SkipRequest)
  @Answers(202, deadLetterAction)
  async skipDeadLetter(
    @Param('eventId') eventId: string,
    @ValidBody('detail') { subscription, reason }: SkipRequest,
    @CurrentUser() { userId }: Caller,
    @Req() { id: requestId }: FastifyRequest,
  ) {
    this.check(subscription);
    const { letters } = await this.lettersOf(eventId);
    if (!letters.some((letter) => letter.subscription === subscription)) throw refused(404, noSuchDeadLetter);
    return askForAction(this.database, { action: 'skip', subscription, eventId, reason }, { userId, requestId });
  }

  private async lettersOf(eventId: string) {
    const found = await deadLettersOfEvent(this.database, eventId);
    if (!found) throw refused(404, noSuchDeadLetter);
    const { userId } = found.event.metadata;
    if (userId !== undefined) noteSubject(userId);
    return found;
  }

  private check(subscription: string) {
    const unknown = unknownSubscription(this, subscription);
    if (unknown) throw refused(400, unknown);
  }
}
