import type pg from 'pg';
import { type Database, hourMs, withClient } from '#connections';

/** The log has events of exams that were not imported. */
export class NotOnlyImported extends Error {}

/**
 * Runs an import, one at a time. Ids of old rows would collide with exams of the log's own, so a log with such exams is
 * refused. Call before anything is written.
 */
export function withImportTarget<T>(owner: Database, work: () => Promise<T>): Promise<T> {
  const alone = async (client: pg.PoolClient) => {
    const lock = `pg_try_advisory_lock(hashtext('import'))`;
    if (!(await client.query(`select ${lock} as free`)).rows[0].free) throw new Error('Another import runs already.');
    const { rows } = await client.query<{ stream: string }>(
      `select stream from events where (stream like 'exam-%' or stream like 'attempts-%')
          and metadata->>'origin' is distinct from 'import' limit 1`,
    );
    if (rows[0])
      throw new NotOnlyImported(
        `${rows[0].stream} has events of this service. An import needs a database without exams of its own.`,
      );
    return work();
  };
  const unlocking = (client: pg.PoolClient) =>
    alone(client).finally(() => client.query(`select pg_advisory_unlock(hashtext('import'))`).catch(() => {}));
  return withClient(owner, unlocking, { limitMs: hourMs });
}
