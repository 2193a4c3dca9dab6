import type { Database } from '#connections';
import { type Checkpoint, fenceOf, isAfter, type Lease, savedCheckpoint } from '#event-store';
import { relayName } from './relay-lead.js';

/** The receipt of an event's message. `topic` has the configured prefix. Times are ISO 8601. */
export type RecordedReceipt = {
  eventId: string;
  topic: string;
  partition: number;
  offset: string;
  ceId: string;
  publishedAt: string;
};

/** The columns of table `deliveries` in the shape of `RecordedReceipt`. */
export const receiptColumns = `event_id as "eventId", topic, partition, "offset", ce_id as "ceId", iso_time(published_at) as "publishedAt"`;

/**
 * Saves receipts. Earlier receipts of these events in the topics `replacedTopics` belong to aborted transactions: they are
 * replaced. The lease fences off a former leader.
 */
export async function saveReceipts(
  database: Database,
  receipts: readonly Omit<RecordedReceipt, 'publishedAt'>[],
  replacedTopics: readonly string[],
  lease?: Lease,
): Promise<void> {
  // An array in PostgreSQL's text format. Ids, numbers and topic names need no quotes.
  const column = (name: keyof (typeof receipts)[number]) => `{${receipts.map((each) => each[name]).join()}}`;
  await database.query({
    name: 'save receipts',
    text: `
      with lease as materialized (select holds_lease($7, $8) as holds),
        replaced as (delete from deliveries where event_id = any($1::uuid[]) and topic = any($6::text[]) and (select holds from lease))
      insert into deliveries (event_id, topic, partition, "offset", ce_id)
      select * from unnest($1::uuid[], $2::text[], $3::integer[], $4::bigint[], $5::text[]) where (select holds from lease)
      on conflict (event_id, topic, partition, "offset") do update set ce_id = excluded.ce_id, published_at = now()`,
    values: [
      column('eventId'),
      column('topic'),
      column('partition'),
      column('offset'),
      column('ceId'),
      replacedTopics,
      ...fenceOf(lease),
    ],
  });
}

/** The receipts of events whose messages are certainly published, in the order of publishing. */
export async function receiptsOf(
  database: Database,
  events: readonly (Checkpoint & { id: string })[],
): Promise<RecordedReceipt[]> {
  const checkpoint = await savedCheckpoint(database, relayName);
  const published = events.filter((event) => checkpoint && !isAfter(event, checkpoint));
  const { rows } = await database.query(
    `select ${receiptColumns}
    from deliveries where event_id = any($1) order by published_at, topic, partition, "offset"`,
    [published.map(({ id }) => id)],
  );
  return rows;
}
