import type pg from 'pg';
import { type Database, hourMs, withClient } from '#connections';
import { projections, rebuild } from '#read-models';
import { type Advance, Importer } from './importer.js';
import type { OldTables } from './old-tables.js';
import { advanceSequences } from './sequences.js';

/** Imports an old database, or what has changed in it since, and rebuilds the read models. */
export const importAll = (
  old: OldTables,
  owner: Database,
  { advance, learnersAtOnce }: { advance?: Advance; learnersAtOnce?: number } = {},
) =>
  withImportTarget(owner, async () => {
    const importer = new Importer(old, owner, learnersAtOnce);
    const ofExams = await importer.importExams(advance);
    const events = ofExams + (await importer.importLearners(advance));
    const lastIds = await advanceSequences(old, owner);
    await rebuild(owner, projections, { replaceDiffering: true });
    return { events, lastIds };
  });

/**
 * Runs an import, one at a time. Ids of old rows would collide with exams of the log's own, so a log with such exams is
 * refused. Call before anything is written.
 */
function withImportTarget<T>(owner: Database, work: () => Promise<T>): Promise<T> {
  const alone = async (client: pg.PoolClient) => {
    const lock = `pg_try_advisory_lock(hashtext('import'))`;
    if (!(await client.query(`select ${lock} as free`)).rows[0].free) throw new Error('Another import runs already.');
    const { rows } = await client.query<{ stream: string }>(
      `select stream from events where (stream like 'exam-%' or stream like 'attempts-%')
          and metadata->>'origin' is distinct from 'import' limit 1`,
    );
    if (rows[0])
      throw new Error(
        `${rows[0].stream} has events of this service. An import needs a database without exams of its own.`,
      );
    return work();
  };
  const unlocking = (client: pg.PoolClient) =>
    alone(client).finally(() => client.query(`select pg_advisory_unlock(hashtext('import'))`).catch(() => {}));
  return withClient(owner, unlocking, { limitMs: hourMs });
}
