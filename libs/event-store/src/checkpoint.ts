import type pg from 'pg';
import { columns } from './statements.js';
import type { Stored } from './stored.js';
import { type Upcasters, upcast } from './upcasting.js';

/**
 * A place in the log. Both parts are needed: numbers are drawn before transactions commit, so neither orders the log alone.
 */
export type Checkpoint = { xid: string; position: string };

/** Before the first event. */
export const beginning: Checkpoint = { xid: '0', position: '0' };

export const placeOf = ({ xid, position }: Checkpoint): Checkpoint => ({ xid, position });

/** Whether a place is later in the log than another. */
export const isAfter = (place: Checkpoint, other: Checkpoint): boolean =>
  place.xid === other.xid ? BigInt(place.position) > BigInt(other.position) : BigInt(place.xid) > BigInt(other.xid);

/** Below this transaction all have ended, so nothing can appear before what was read already. */
export const fence = 'e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())';

/** The next events of the log after a checkpoint, in its order and today's shape. */
export async function readLog(
  db: pg.ClientBase,
  after: Checkpoint,
  limit: number,
  upcasters: Upcasters,
): Promise<Stored[]> {
  const { rows } = await db.query<Stored>({
    name: 'read_log',
    text: `select ${columns} from events e where (e.transaction_id, e.position) > ($1::xid8, $2::bigint) and ${fence}
      order by e.transaction_id, e.position limit $3`,
    values: [after.xid, after.position, limit],
  });
  return rows.map((event) => upcast(upcasters, event));
}
