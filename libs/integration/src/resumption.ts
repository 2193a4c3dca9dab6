import type { Database } from '#connections';
import { CannotLead, type Checkpoint, type Generation, isAfter, logOrder, positionValues } from '#event-store';
import type { PublishedPosition } from './publisher.js';

const askOperator =
  'Publishing is stopped until an operator decides: npm run ops -- publish-from beginning, or checkpoint.';

/**
 * Compares Kafka's position with the log. Answers the checkpoint to go on from, and a warning for the operator. Throws
 * CannotLead when going on could skip events or repeat many.
 */
export async function resumptionOf(
  database: Database,
  log: { checkpoint: Checkpoint; generation: Generation; topics: readonly string[] },
  position: PublishedPosition | undefined,
): Promise<{ from: Checkpoint; warning?: string }> {
  const { checkpoint, generation, topics } = log;
  if (!position) {
    if (await hasReceipts(database, topics))
      throw new CannotLead(`Kafka lost the relay's checkpoint, and perhaps messages. ${askOperator}`);
    return { from: checkpoint };
  }
  if (position.logId !== undefined && position.logId !== generation.logId)
    throw new CannotLead(`Kafka's topics belong to another log (${position.logId}; this one is ${generation.logId}).`);
  if (position.generation > generation.generation)
    throw new CannotLead(
      `Kafka has events of generation ${position.generation}, and this log is of generation ${generation.generation}: ` +
        `it is an older copy. ${askOperator}`,
    );
  const lost = await lostBefore(database, position);
  if (lost > 0 && position.generation === generation.generation)
    throw new CannotLead(
      `Kafka has messages up to event ${position.eventId}, which this log does not have: the log was set back. ${askOperator}`,
    );
  if (lost > 0)
    return {
      from: checkpoint,
      warning:
        `The log lost its newest events of generation ${position.generation} when generation ${generation.generation} began; ` +
        `up to ${lost} of them are in Kafka, the last one is ${position.eventId}.`,
    };
  const again = isAfter(checkpoint, position) ? await receiptsBetween(database, topics, position, checkpoint) : 0;
  if (again === 0) return { from: checkpoint };
  const from = position.eventId ? `after event ${position.eventId}` : 'from the beginning';
  return {
    from: position,
    warning: `Kafka was set back. ${again} events ${from} are published again, with the same ids.`,
  };
}

/** The most events that the log can have lost up to the position; 0 when it has the event there. */
async function lostBefore(database: Database, position: PublishedPosition): Promise<number> {
  if (!position.eventId) return 0;
  const at = '($1::integer, $2::xid8, $3::bigint)';
  const { rows } = await database.query<{ isThere: boolean; last: string }>(
    `select exists (select from events e where (${logOrder}) = ${at} and e.id = $4) as "isThere",
       (select e.position from events e where (${logOrder}) < ${at}
        order by e.generation desc, e.transaction_id desc, e.position desc limit 1) as last`,
    [...positionValues(position), position.eventId],
  );
  const [found] = rows;
  return found?.isThere ? 0 : Math.max(1, Number(BigInt(position.position) - BigInt(found?.last ?? 0)));
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
