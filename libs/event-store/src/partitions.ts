import type { Queryable } from './lease.js';

/** Positions in one partition of the log. `create_event_partitions` has the same number. */
export const partitionSize = 10_000_000;

/** The log has no partition for the next position. A violated check constraint has the same code, and a name. */
const isPartitionMissing = ({ code, constraint }: { code?: string; constraint?: string }) =>
  code === '23514' && constraint === undefined;

/** Makes partitions ahead. Several processes may do so at once: a lock in the database orders them. */
export const createPartitions = async (database: Queryable): Promise<void> =>
  void (await database.query('select create_event_partitions()'));

/** Runs `write`. When the log lacks a partition for it, makes partitions and runs it again. */
export async function withPartition<T>(database: Queryable, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isPartitionMissing(error as { code?: string })) throw error;
    await createPartitions(database);
    return write();
  }
}

/** How many more positions fit into the existing partitions. */
export async function positionsLeft(database: Queryable): Promise<number> {
  const { rows } = await database.query(
    `select (max(substring(relname from '\\d+$')::bigint) + 1) * $1 - coalesce(pg_sequence_last_value('events_position'), 0) as left
       from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'events'::regclass`,
    [partitionSize],
  );
  return Number(rows[0].left);
}
