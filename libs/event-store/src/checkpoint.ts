import type pg from 'pg';
import { fenceOf, type Lease, LeaseLost, type Queryable } from './lease.js';
import type { RecordedEvent } from './recorded-event.js';
import { columnsWithoutData, eventColumns } from './statements.js';

/**
 * A position in the log. It has three parts because numbers are drawn before transactions commit, so no single number
 * orders the log. A promoted or restored server draws some numbers again, in a later generation.
 */
export type Checkpoint = { generation: number; xid: string; position: string };

/** The position before the first event. */
export const beginning: Checkpoint = { generation: 0, xid: '0', position: '0' };

export const positionOf = ({ generation, xid, position }: Checkpoint): Checkpoint => ({ generation, xid, position });

/** Whether a position is later in the log than another. */
export function isAfter(position: Checkpoint, other: Checkpoint): boolean {
  if (position.generation !== other.generation) return position.generation > other.generation;
  if (position.xid !== other.xid) return BigInt(position.xid) > BigInt(other.xid);
  return BigInt(position.position) > BigInt(other.position);
}

/** The columns of table `events e` that order the log. `positionValues` are a checkpoint's values for them. */
export const logOrder = 'e.generation, e.transaction_id, e.position';
export const positionValues = ({ generation, xid, position }: Checkpoint) => [generation, xid, position];

/**
 * The visibility horizon: every transaction below it has ended, so no event can appear there any more. An older generation
 * is complete. Its transaction ids mean nothing on this server.
 */
export const isBelowHorizon = `(e.generation < (select max(generation) from log_generations)
  or e.transaction_id < pg_snapshot_xmin(pg_current_snapshot()))`;

/** The next recorded events after a checkpoint, in the order of the log, without upcasting. */
export async function readLog(
  db: pg.ClientBase,
  after: Checkpoint,
  limit: number,
  withoutData = false,
): Promise<RecordedEvent[]> {
  const { rows } = await db.query<RecordedEvent>({
    name: withoutData ? 'read_log_without_data' : 'read_log',
    text: `select ${withoutData ? columnsWithoutData : eventColumns}
      from events e where (${logOrder}) > ($1::integer, $2::xid8, $3::bigint) and ${isBelowHorizon}
      order by ${logOrder} limit $4`,
    values: [...positionValues(after), limit],
  });
  return rows;
}

/** The checkpoint of a subscription; undefined before its first. */
export async function savedCheckpoint(db: Queryable, name: string): Promise<Checkpoint | undefined> {
  const text = 'select generation, xid::text, position from checkpoints where name = $1';
  return (await db.query<Checkpoint>(text, [name])).rows[0];
}

/** The checkpoint that a subscription goes on from. With `startsNow`, its first run begins with the events that come from then on. */
export async function checkpointOf(
  db: pg.ClientBase,
  name: string,
  { startsNow, generation }: { startsNow: boolean; generation: number },
  lease: Lease,
): Promise<Checkpoint> {
  const saved = await savedCheckpoint(db, name);
  if (saved || !startsNow) return saved ?? beginning;
  // Saved at once: events after this moment count, even if this process ends now.
  const first = await db.query<Checkpoint>(
    `insert into checkpoints (name, generation, xid, position)
     select $1, $2, pg_snapshot_xmin(pg_current_snapshot()), 0 where holds_lease($3, $4)
     returning generation, xid::text, position`,
    [name, generation, ...fenceOf(lease)],
  );
  const [checkpoint] = first.rows;
  if (!checkpoint) throw new LeaseLost(`This process no longer leads "${name}".`);
  return checkpoint;
}

export const saveCheckpoint = (db: pg.ClientBase, name: string, checkpoint: Checkpoint, lease: Lease) =>
  db.query({
    name: 'save_checkpoint',
    text: `insert into checkpoints (name, generation, xid, position)
      select $1, $2::integer, $3::xid8, $4::bigint where holds_lease($5, $6)
      on conflict (name) do update set generation = excluded.generation, xid = excluded.xid, position = excluded.position,
        updated_at = now()`,
    values: [name, ...positionValues(checkpoint), ...fenceOf(lease)],
  });

/** `why` is stored, so it must name nobody. */
export const countFailure = (db: pg.ClientBase, name: string, why: string, lease: Lease) =>
  db.query(
    `insert into checkpoints (name, generation, xid, position, failures, last_error, last_error_at)
     select $1, $2::integer, $3::xid8, $4::bigint, 1, left($5, 500), now() where holds_lease($6, $7)
     on conflict (name) do update set failures = checkpoints.failures + 1, last_error = excluded.last_error,
       last_error_at = excluded.last_error_at`,
    [name, ...positionValues(beginning), why, ...fenceOf(lease)],
  );

/** Records why a subscription stopped; null when it goes on. */
export const recordStop = (db: pg.ClientBase, name: string, reason: string | null, lease: Lease) =>
  db.query(
    `insert into checkpoints (name, generation, xid, position, stopped)
     select $1, $2::integer, $3::xid8, $4::bigint, $5 where holds_lease($6, $7)
     on conflict (name) do update set stopped = excluded.stopped
     where checkpoints.stopped is distinct from excluded.stopped`,
    [name, ...positionValues(beginning), reason, ...fenceOf(lease)],
  );
