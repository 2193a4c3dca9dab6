import { Controller, Get, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { EventStore } from '#event-store';
import {
  type DeliveryRow,
  newestDeliveries,
  unknownSubscription,
  type WaitingDelivery,
  waitingDeliveries,
} from '#operations';
import { noteSubject } from '../access/access-note.js';
import { Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { integer, listOf, object, orNull, text, time } from '../document/schemas.js';
import { AnswersList, AsCsv, csvFile, pagesBehind } from '../http/exports.js';
import { refused } from '../http/http-answer.js';
import { pathParameters } from '../http/path-parameters.js';

const about = {
  event_id: text,
  type: text,
  course_id: orNull(text),
  exam_id: orNull(integer),
  user_id: orNull(integer),
};
const deliveries = object('Deliveries', {
  results: listOf(
    object<DeliveryRow>('DeliveryRow', {
      ...about,
      at: time,
      outcome: { ...text, description: '`sent`, `no_address`, or the topic of a message' },
    }),
  ),
});
const waiting = object('WaitingDeliveries', {
  results: listOf(object<WaitingDelivery>('WaitingDelivery', { ...about, recorded_at: time })),
});

const columns = ['event_id', 'type', 'course_id', 'exam_id', 'user_id', 'at', 'outcome'] as const;

/** Notifications of providers, mails and Kafka messages: those that were sent last, and those that wait. */
@ApiTags('operations')
@Controller('api/operations/v1/deliveries')
export class DeliveriesController {
  constructor(
    readonly database: Database,
    readonly configuration: Configuration,
    readonly events: EventStore,
    readonly commands: CommandBus,
    readonly clock: Clock,
  ) {}

  @Get()
  @Gate('staff', { logs: 'always', csv: true })
  @ApiOperation({ summary: "A subscription's newest deliveries, the newest first; 50 a page" })
  @QueryParam('subscription', text, '`kafka`, `mail` or `provider <name>`; needed')
  @QueryParam('before', { ...text, format: 'uuid' }, 'The event of the last row that was read')
  @AnswersList(deliveries)
  async listDeliveries(
    @Query() { subscription = '', before }: Record<string, string | undefined>,
    @AsCsv() asCsv: boolean,
  ) {
    this.check(subscription);
    if (before !== undefined && !pathParameters.eventId!.isFit!(before))
      throw refused(400, 'before: not the id of an event.');
    const read = async (last = before) => noted(await newestDeliveries(this.database, subscription, last));
    if (!asCsv) return read();
    const pages = pagesBehind<DeliveryRow>(async (last) => (await read(last?.event_id)).results);
    return csvFile(`deliveries ${subscription}`, columns, pages);
  }

  @Get('waiting')
  @Gate('staff', { logs: 'always' })
  @ApiOperation({ summary: 'The next events that a subscription will deliver: at most 50 of the next 1,000' })
  @QueryParam('subscription', text, '`kafka`, `mail` or `provider <name>`; needed')
  @Answers(200, waiting)
  async listWaitingDeliveries(@Query() { subscription = '' }: Record<string, string | undefined>) {
    this.check(subscription);
    return noted(await waitingDeliveries(this, subscription));
  }

  private check(subscription: string) {
    const unknown = unknownSubscription(this, subscription);
    if (unknown) throw refused(400, `subscription: ${unknown}`);
  }
}

function noted<Row extends { user_id: number | null }>(results: Row[]): { results: Row[] } {
  noteSubject(...results.flatMap(({ user_id }) => user_id ?? []));
  return { results };
}
