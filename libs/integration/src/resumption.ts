import type { Database } from '#connections';
import { CannotLead, type Checkpoint, type Generation, isAfter, logOrder, positionValues } from '#event-store';
import type { PublishedPosition } from './publisher.js';

const decide = 'Nothing is published until an operator decides: npm run ops -- publish-from beginning, or checkpoint.';

/**
 * Compares Kafka's place with the log each time that a relay takes the lead. Answers the checkpoint to go on from, and a
 * warning for the operator. Throws CannotLead when going on could leave events out or repeat many.
 */
export async function resumptionOf(
  database: Database,
  log: { checkpoint: Checkpoint; generation: Generation; topics: readonly string[] },
  place: PublishedPosition | undefined,
): Promise<{ from: Checkpoint; warning?: string }> {
  const { checkpoint, generation, topics } = log;
  if (!place) {
    if (await hasReceipts(database, topics))
      throw new CannotLead(`Kafka lost the relay's checkpoint, and perhaps messages. ${decide}`);
    return { from: checkpoint };
  }
  if (place.logId !== undefined && place.logId !== generation.logId)
    throw new CannotLead(`Kafka's topics belong to another log (${place.logId}; this one is ${generation.logId}).`);
  if (place.generation > generation.generation)
    throw new CannotLead(
      `Kafka has events of generation ${place.generation}, and this log is of generation ${generation.generation}: ` +
        `it is an older copy. ${decide}`,
    );
  const lost = await lostBefore(database, place);
  if (lost > 0 && place.generation === generation.generation)
    throw new CannotLead(
      `Kafka has messages up to event ${place.eventId}, which this log does not have: it was set back. ${decide}`,
    );
  if (lost > 0)
    return {
      from: checkpoint,
      warning:
        `The log lost its newest events of generation ${place.generation} when generation ${generation.generation} began; ` +
        `up to ${lost} of them are in Kafka, the last one is ${place.eventId}.`,
    };
  const again = isAfter(checkpoint, place) ? await receiptsBetween(database, topics, place, checkpoint) : 0;
  if (again === 0) return { from: checkpoint };
  const from = place.eventId ? `after event ${place.eventId}` : 'from the beginning';
  return {
    from: place,
    warning: `Kafka was set back. ${again} events ${from} are published again, with the same ids.`,
  };
}

/** How many events up to the place the log lost, at most; 0 when it has the event there. */
async function lostBefore(database: Database, place: PublishedPosition): Promise<number> {
  if (!place.eventId) return 0;
  const at = '($1::integer, $2::xid8, $3::bigint)';
  const { rows } = await database.query<{ isThere: boolean; last: string }>(
    `select exists (select from events e where (${logOrder}) = ${at} and e.id = $4) as "isThere",
       (select e.position from events e where (${logOrder}) < ${at}
        order by e.generation desc, e.transaction_id desc, e.position desc limit 1) as last`,
    [...positionValues(place), place.eventId],
  );
  const [found] = rows;
  return found?.isThere ? 0 : Math.max(1, Number(BigInt(place.position) - BigInt(found?.last ?? 0)));
}

async function hasReceipts(database: Database, topics: readonly string[]): Promise<boolean> {
  const text = 'select exists (select from deliveries where topic = any($1)) as has';
  return (await database.query(text, [topics])).rows[0].has;
}

async function receiptsBetween(database: Database, topics: readonly string[], after: Checkpoint, until: Checkpoint) {
  const { rows } = await database.query(
    `select count(*)::integer as events from events e
     where (${logOrder}) > ($1::integer, $2::xid8, $3::bigint) and (${logOrder}) <= ($4::integer, $5::xid8, $6::bigint)
       and exists (select from deliveries d where d.event_id = e.id and d.topic = any($7))`,
    [...positionValues(after), ...positionValues(until), topics],
  );
  return rows[0].events as number;
}
