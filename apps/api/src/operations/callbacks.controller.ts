import { Controller, Get, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { noSuchCallback, quarantinedCallback, quarantinedPage, releaseCallback, replayCallback } from '#commands';
import { Configuration } from '#configuration';
import { Database, type PageOf } from '#connections';
import type { Origin } from '#domain';
import { EventStore } from '#event-store';
import { noteSubject } from '../access/access-note.js';
import { Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers, QueryParam } from '../document/answers.js';
import { idNumber, pageNumber, text } from '../document/schemas.js';
import { AnswersList, AsCsv, csvFile } from '../http/exports.js';
import { refused } from '../http/http-answer.js';
import { allPages, requestedPage } from '../http/page.js';
import { WholeNumber } from '../http/whole-number.js';
import { idIn } from '../requests/ids.js';
import {
  callbackColumns,
  callbackJson,
  quarantinedCallbackList,
  quarantinedCallback as schema,
} from './callbacks.answers.js';

const superuser = { logs: 'always', superuser: true } as const;

/** Reviews that were refused. A superuser judges one again after its cause is gone, or deletes it. */
@ApiTags('operations')
@Controller('api/operations/v1/callbacks')
export class CallbacksController {
  constructor(
    private readonly clock: Clock,
    readonly database: Database,
    readonly configuration: Configuration,
    readonly events: EventStore,
    readonly commands: CommandBus,
  ) {}

  @Get()
  @Gate('staff', { logs: 'always', csv: true })
  @ApiOperation({ summary: 'Refused reviews, the newest first, without their bodies' })
  @QueryParam('user_id', idNumber, 'Only reviews of this learner')
  @QueryParam('provider', text, 'Only reviews that this provider sent')
  @QueryParam('page', pageNumber)
  @AnswersList(quarantinedCallbackList)
  async listCallbacks(
    @Query() { user_id, provider, page }: Record<string, string | undefined>,
    @AsCsv() asCsv: boolean,
  ) {
    const filter = { userId: idIn(user_id, 'user_id'), provider };
    const read = async (pageOf: PageOf) => {
      const { count, callbacks } = await quarantinedPage(this.database, filter, pageOf);
      noteSubject(...callbacks.flatMap(({ userId }) => userId ?? []));
      return { count, results: callbacks.map(callbackJson) };
    };
    return asCsv ? csvFile('refused-reviews', callbackColumns, allPages(read)) : requestedPage(page, read);
  }

  @Get(':callbackId')
  @Gate('staff', { logs: 'always' })
  @ApiOperation({ summary: 'A refused review, without its body' })
  @Answers(200, schema)
  async getCallback(@WholeNumber('callbackId') callbackId: string) {
    return callbackJson(await this.callback(callbackId));
  }

  @Post(':callbackId/replay')
  @Gate('staff', superuser)
  @ApiOperation({ summary: 'Judge a refused review again. It is deleted if it is accepted now' })
  @Answers(200, schema)
  async replayCallback(@WholeNumber('callbackId') callbackId: string, @CurrentOrigin() by: Origin) {
    const callback = await this.callback(callbackId);
    await replayCallback(this, callback.id, this.clock.now(), by);
    await releaseCallback(this.database, callback.id);
    return callbackJson(callback);
  }

  @Post(':callbackId/discard')
  @Gate('staff', superuser)
  @ApiOperation({ summary: 'Delete a refused review: it will never count' })
  @Answers(200, schema)
  async discardCallback(@WholeNumber('callbackId') callbackId: string) {
    const callback = await this.callback(callbackId);
    await releaseCallback(this.database, callback.id);
    return callbackJson(callback);
  }

  private async callback(id: string) {
    const found = await quarantinedCallback(this.database, Number(id));
    if (!found) throw refused(404, noSuchCallback(Number(id)));
    if (found.userId !== null) noteSubject(found.userId);
    return found;
  }
}
