import { type Database, withClient } from '#connections';
import { concerns, type Dependencies, subscriptionNameOf } from '#delivery';
import { beginning, type RecordedEvent, readLog, savedCheckpoint } from '#event-store';
import { relayName } from '#integration';
import { mailerName, templateOf } from '#mail';
import { providerOfSubscription } from './subscriptions.js';

/** A delivery, in the words of REST. `outcome`: `sent`, `no_address`, or the topic of a message. */
export type DeliveryRow = {
  event_id: string;
  type: string;
  course_id: string | null;
  exam_id: number | null;
  user_id: number | null;
  at: string;
  outcome: string;
};

const pageSize = 50;
/** Events of the log that are looked at for messages or for waiting deliveries. */
const mostEvents = 1_000;

const about = `e.id as event_id, e.type, e.metadata->>'courseId' as course_id,
  (e.metadata->>'examId')::float as exam_id, (e.metadata->>'userId')::float as user_id`;

const newestOf = (table: string, time: string, outcome: string, only: string) => `
  select ${about}, iso_time(d.${time}) as at, ${outcome} as outcome
  from (select * from ${table} where ${only} and ${time} is not null
          and ($2::uuid is null or (${time}, event_id)
            < (select ${time}, event_id from ${table} where ${only} and event_id = $2))
        order by ${time} desc, event_id desc limit ${pageSize}) d
  join events e on e.id = d.event_id order by d.${time} desc, d.event_id desc`;

const messages = `
  select ${about}, iso_time(d.published_at) as at, d.topic as outcome
  from (select * from events order by generation desc, transaction_id desc, position desc limit ${mostEvents}) e
  join deliveries d on d.event_id = e.id
  order by e.generation desc, e.transaction_id desc, e.position desc, d.topic limit ${pageSize}`;

/** The newest deliveries of a subscription. `before` is the event of the last row; Kafka has one page. */
export async function newestDeliveries(
  database: Database,
  subscription: string,
  before?: string,
): Promise<DeliveryRow[]> {
  if (subscription === relayName) return before ? [] : (await database.query<DeliveryRow>(messages)).rows;
  const [text, first] =
    subscription === mailerName
      ? [newestOf('mails', 'recorded_at', 'd.outcome', '$1::text is not null'), subscription]
      : [
          newestOf('vendor_deliveries', 'notified_at', `'sent'`, 'provider = $1'),
          subscription.slice(subscriptionNameOf('').length),
        ];
  return (await database.query<DeliveryRow>(text, [first, before ?? null])).rows;
}

/** An event that a subscription has not delivered yet, in the words of REST. */
export type WaitingDelivery = Omit<DeliveryRow, 'at' | 'outcome'> & { recorded_at: string };

/** The next events that a subscription will deliver something of. Looks at the next 1,000 events of the log. */
export async function waitingDeliveries(deps: Dependencies, subscription: string): Promise<WaitingDelivery[]> {
  const isDelivered = deliveredBy(deps, subscription);
  const from = (await savedCheckpoint(deps.database, subscription)) ?? beginning;
  const events = await withClient(deps.database, (client) => readLog(client, from, mostEvents));
  return events
    .filter(isDelivered)
    .slice(0, pageSize)
    .map(({ id, type, recordedAt, metadata: { courseId, examId, userId } }) => ({
      event_id: id,
      type,
      course_id: courseId ?? null,
      exam_id: examId ?? null,
      user_id: userId ?? null,
      recorded_at: recordedAt,
    }));
}

function deliveredBy(deps: Dependencies, subscription: string): (event: RecordedEvent) => boolean {
  if (subscription === relayName) return ({ metadata: { userId } }) => userId !== undefined;
  if (subscription === mailerName) return (event) => templateOf(event) !== undefined;
  const provider = providerOfSubscription(deps.configuration, subscription);
  return (event) => provider !== undefined && concerns(event, provider, deps);
}
