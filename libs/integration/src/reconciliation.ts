import type { Database } from '#connections';
import { type KafkaAccess, kafkaClient, lastOffsets, readUntil } from './kafka.js';
import { type RecordedReceipt, receiptColumns } from './receipts.js';

/**
 * The messages that were published to `topic` and not acknowledged, in the order of publishing. A record in topic
 * `acknowledgements` acknowledges the message whose `ce_id` it has as a header. Both topics have the prefix. `from` and
 * `until` are ISO times; by default the beginning and a minute ago.
 */
export async function unacknowledged(
  database: Database,
  access: KafkaAccess,
  given: { topic: string; acknowledgements: string; from?: string; until?: string },
): Promise<RecordedReceipt[]> {
  const kafka = kafkaClient(access);
  const acknowledged = new Set<string>();
  const ends = await lastOffsets(kafka, given.acknowledgements);
  await readUntil(kafka, given.acknowledgements, ends, ({ headers }) => {
    acknowledged.add(String(headers?.ce_id));
  });
  const { rows } = await database.query<RecordedReceipt>(
    `select ${receiptColumns}
    from deliveries where topic = $1 and published_at >= coalesce($2::timestamptz, '-infinity')
      and published_at < coalesce($3::timestamptz, now() - interval '1 minute')
    order by published_at, partition, "offset"`,
    [given.topic, given.from, given.until],
  );
  return rows.filter(({ ceId }) => !acknowledged.has(ceId));
}
