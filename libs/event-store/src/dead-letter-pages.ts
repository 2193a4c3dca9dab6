import { countedPage, type Database, type PageOf } from '#connections';
import type { RecordedEvent } from './recorded-event.js';
import { eventColumns } from './statements.js';

/** A dead letter in a list, without the data of its event. */
export type DeadLetterSummary = {
  subscription: string;
  orderingKey: string;
  eventId: string;
  type: string;
  courseId: string | null;
  examId: number | null;
  userId: number | null;
  reason: string;
  recordedAt: string;
};

export type DeadLetterFilter = { subscription?: string; orderingKey?: string; userId?: number; examId?: number };

const lettersWithEvents = `from dead_letters d join events e
  on e.generation = d.generation and e.transaction_id = d.xid and e.position = d.position`;

const matching = `${lettersWithEvents}
  where ($1::text is null or d.follower = $1) and ($2::text is null or e.metadata->>'userId' = $2)
    and ($3::text is null or e.metadata->>'examId' = $3) and ($4::text is null or d.learner = $4)`;

const valuesOf = ({ subscription, orderingKey, userId, examId }: DeadLetterFilter) => [
  subscription ?? null,
  userId === undefined ? null : String(userId),
  examId === undefined ? null : String(examId),
  orderingKey ?? null,
];

const summary = `d.follower as subscription, d.learner as "orderingKey", d.event_id as "eventId", e.type,
  e.metadata->>'courseId' as "courseId", (e.metadata->>'examId')::float as "examId",
  (e.metadata->>'userId')::float as "userId", d.reason, iso_time(d.recorded_at) as "recordedAt"`;

/** A page of dead letters of all subscriptions, by subscription, then in the order of the log; and the number of all. */
export async function deadLetterPage(
  database: Database,
  filter: DeadLetterFilter,
  pageOf: PageOf,
): Promise<{ count: number; letters: DeadLetterSummary[] }> {
  const { count, paging, values } = await countedPage(database, matching, valuesOf(filter), pageOf);
  const { rows } = await database.query<DeadLetterSummary>(
    `select ${summary} ${matching} order by d.follower, d.generation, d.xid, d.position ${paging}`,
    values,
  );
  return { count, letters: rows };
}

/** The dead letters of one event with the event; undefined if it has none. */
export async function deadLettersOfEvent(
  database: Database,
  eventId: string,
): Promise<{ event: RecordedEvent; letters: DeadLetterSummary[] } | undefined> {
  const from = `${lettersWithEvents} where d.event_id = $1`;
  const [events, letters] = await Promise.all([
    database.query<RecordedEvent>(`select ${eventColumns} ${from} limit 1`, [eventId]),
    database.query<DeadLetterSummary>(`select ${summary} ${from} order by d.follower`, [eventId]),
  ]);
  const [event] = events.rows;
  return event && { event, letters: letters.rows };
}
