import type { Database } from '#connections';
import type { Checkpoint } from './checkpoint.js';
import type { RecordedEvent } from './recorded-event.js';
import { eventColumns } from './statements.js';
import { upcast } from './upcasting.js';

export async function eventById(database: Database, id: string): Promise<RecordedEvent | undefined> {
  const text = `select ${eventColumns} from events e where e.id = $1`;
  const { rows } = await database.read<RecordedEvent>({ name: 'event by id', text, values: [id] });
  return rows[0] && upcast(rows[0]);
}

/** All events of the commands that led to these events, in the order of the log. A command's events share a transaction. */
export async function eventsOfCommands(database: Database, events: readonly RecordedEvent[]): Promise<RecordedEvent[]> {
  const text = `select ${eventColumns} from events e
    where (e.generation, e.transaction_id) in (select * from unnest($1::integer[], $2::xid8[]))
      and e.metadata->>'commandId' = any($3) order by e.generation, e.transaction_id, e.position`;
  const values = [
    events.map(({ generation }) => generation),
    events.map(({ xid }) => xid),
    events.map(({ metadata }) => metadata.commandId),
  ];
  const { rows } = await database.query<RecordedEvent>(text, values);
  return rows.map((event) => upcast(event));
}

/** The checkpoints of all subscriptions, by their names. */
export async function checkpoints(database: Database): Promise<Map<string, Checkpoint>> {
  const text = 'select name, generation, xid::text, position from checkpoints';
  const { rows } = await database.query<Checkpoint & { name: string }>(text);
  return new Map(rows.map((row) => [row.name, row]));
}

/** The reason and the time of each dead letter of these events. */
export async function deadLettersOfEvents(
  database: Database,
  eventIds: readonly string[],
): Promise<{ subscription: string; eventId: string; reason: string; recordedAt: string }[]> {
  const text = `select follower as subscription, event_id as "eventId", reason, iso_time(recorded_at) as "recordedAt"
    from dead_letters where event_id = any($1)`;
  return (await database.query(text, [eventIds])).rows;
}
