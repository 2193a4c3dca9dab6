import type { Database } from '#connections';
import { type Checkpoint, fenceOf, isAfter, type Lease } from '#event-store';
import { relayName } from './lag.js';

/** A message of an event, and where it is. `topic` has the configured prefix; times are ISO 8601. */
export type RecordedReceipt = {
  eventId: string;
  topic: string;
  partition: number;
  offset: string;
  ceId: string;
  publishedAt: string;
};

/** A Delivery, of the table. */
export const receiptColumns = `event_id as "eventId", topic, partition, "offset", ce_id as "ceId", iso_time(published_at) as "publishedAt"`;

/**
 * Stores where messages are. Receipts already stored for these events in the topics `insteadOf` belong to aborted
 * transactions; they are replaced. A relay that no longer leads is refused.
 */
export async function saveReceipts(
  database: Database,
  deliveries: readonly Omit<RecordedReceipt, 'publishedAt'>[],
  insteadOf: readonly string[],
  lease?: Lease,
): Promise<void> {
  // As the server writes arrays; no id, number or name of a topic needs quotes.
  const column = (name: keyof (typeof deliveries)[number]) => `{${deliveries.map((each) => each[name]).join()}}`;
  await database.query({
    name: 'note deliveries',
    text: `
      with lease as materialized (select holds_lease($7, $8) as holds),
        unseen as (delete from deliveries where event_id = any($1::uuid[]) and topic = any($6::text[]) and (select holds from lease))
      insert into deliveries (event_id, topic, partition, "offset", ce_id)
      select * from unnest($1::uuid[], $2::text[], $3::integer[], $4::bigint[], $5::text[]) where (select holds from lease)
      on conflict (event_id, topic, partition, "offset") do update set ce_id = excluded.ce_id, published_at = now()`,
    values: [
      column('eventId'),
      column('topic'),
      column('partition'),
      column('offset'),
      column('ceId'),
      insteadOf,
      ...fenceOf(lease),
    ],
  });
}

/** The receipts of the messages of these events, in the order of publishing. */
export async function receiptsOf(
  database: Database,
  events: readonly (Checkpoint & { id: string })[],
): Promise<RecordedReceipt[]> {
  const reached = 'select generation, xid::text, position from checkpoints where name = $1';
  const { rows: checkpoints } = await database.query<Checkpoint>(reached, [relayName]);
  const certain = events.filter((event) => checkpoints.some((checkpoint) => !isAfter(event, checkpoint)));
  const { rows } = await database.query(
    `select ${receiptColumns}
    from deliveries where event_id = any($1) order by published_at, topic, partition, "offset"`,
    [certain.map(({ id }) => id)],
  );
  return rows;
}
