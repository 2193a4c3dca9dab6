import type pg from 'pg';
import { columns } from './statements.js';
import type { Stored } from './stored.js';
import { type Upcasters, upcast } from './upcasting.js';

/**
 * A position in the log. All parts are needed: numbers are drawn before transactions commit, so neither orders the log
 * alone; and a promoted or restored server draws some of them again, in a later generation.
 */
export type Checkpoint = { generation: number; xid: string; position: string };

/** Before the first event. */
export const beginning: Checkpoint = { generation: 0, xid: '0', position: '0' };

export const placeOf = ({ generation, xid, position }: Checkpoint): Checkpoint => ({ generation, xid, position });

/** Whether a position is later in the log than another. */
export function isAfter(place: Checkpoint, other: Checkpoint): boolean {
  if (place.generation !== other.generation) return place.generation > other.generation;
  if (place.xid !== other.xid) return BigInt(place.xid) > BigInt(other.xid);
  return BigInt(place.position) > BigInt(other.position);
}

/** The columns of table `events e` in the order of the log, and a checkpoint's values to compare them with. */
export const order = 'e.generation, e.transaction_id, e.position';
export const valuesOf = ({ generation, xid, position }: Checkpoint) => [generation, xid, position];

/**
 * The visibility horizon. Below this transaction all have ended, so nothing can appear before what was read already. An
 * older generation is complete: its transaction ids say nothing on this server.
 */
export const fence = `(e.generation < (select max(generation) from log_generations)
  or e.transaction_id < pg_snapshot_xmin(pg_current_snapshot()))`;

/** The next events of the log after a checkpoint, in its order and today's shape. */
export async function readLog(
  db: pg.ClientBase,
  after: Checkpoint,
  limit: number,
  upcasters: Upcasters,
): Promise<Stored[]> {
  const { rows } = await db.query<Stored>({
    name: 'read_log',
    text: `select ${columns} from events e where (${order}) > ($1::integer, $2::xid8, $3::bigint) and ${fence}
      order by ${order} limit $4`,
    values: [...valuesOf(after), limit],
  });
  return rows.map((event) => upcast(upcasters, event));
}
