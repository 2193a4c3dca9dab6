import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { type Database, hourMs, withClient } from '#connections';
import {
  beginning,
  type Checkpoint,
  logOrder,
  positionOf,
  positionValues,
  type RecordedEvent,
  replay,
  upcast,
} from '#event-store';
import type { Projection, RowId } from './projection.js';
import { Shadow } from './shadow.js';

export type Rebuilt = {
  table: string;
  events: number;
  rows: number;
  /** The ids of at most 20 rows that differ between the read model and the log. */
  differing: RowId[];
  swapped: boolean;
};

/** `dryRun`: compares the tables, but does not swap them. */
export type RebuildOptions = { replaceDiffering?: boolean; dryRun?: boolean; onEvents?: (count: number) => void };

/**
 * Reads the log once, and folds it into a shadow of each table. It compares each shadow with the read model row by row, and
 * swaps the two. If rows differ, it swaps only with `replaceDiffering`. The service can keep running: appends wait only
 * while the last events are folded and the tables are renamed. The connection must own the tables.
 */
export async function rebuild(
  owner: Database,
  projections: readonly Projection[],
  options: RebuildOptions = {},
): Promise<Rebuilt[]> {
  const alone = async (lead: pg.PoolClient) => {
    for (const { table } of projections) {
      const { rows } = await lead.query('select pg_try_advisory_lock(hashtext($1)) as free', [`rebuild ${table}`]);
      if (!rows[0].free) throw new Error(`${table} is being rebuilt already.`);
    }
    return rebuildAll(owner, projections, options);
  };
  // Without the unlock, the locks would stay until the server notices the closed connection.
  const unlocking = (lead: pg.PoolClient) =>
    alone(lead).finally(() => lead.query('select pg_advisory_unlock_all()').catch(() => {}));
  return withClient(owner, unlocking, { limitMs: hourMs });
}

async function rebuildAll(owner: Database, projections: readonly Projection[], options: RebuildOptions) {
  const shadows = projections.map((projection) => new Shadow(projection));
  try {
    for (const shadow of shadows) await shadow.create(owner);
    const log = new LogReader(owner, options);
    await log.foldInto(shadows);
    for (const shadow of shadows) {
      await shadow.write(owner);
      await shadow.createIndexes(owner);
    }
    const rebuilt: Rebuilt[] = [];
    for (const [index, shadow] of shadows.entries()) {
      // All remaining tables take part, so that the log is not read again for each.
      await log.foldInto(shadows.slice(index));
      for (const each of shadows.slice(index)) await each.write(owner);
      rebuilt.push(await withClient(owner, (client) => finish(client, shadow, log, options), { limitMs: hourMs }));
    }
    return rebuilt;
  } finally {
    for (const shadow of shadows) await shadow.drop(owner);
  }
}

/** Reads the log in batches, and counts the events. */
class LogReader {
  events = 0;
  last: Checkpoint = beginning;

  constructor(
    private readonly owner: Database,
    private readonly options: RebuildOptions,
  ) {}

  /** Also reads events that are appended meanwhile, until a read finds few of them. */
  async foldInto(shadows: readonly Shadow[]) {
    for (let read = Number.POSITIVE_INFINITY; read > 500; ) {
      read = 0;
      for await (const batch of replay(this.owner, { after: this.last, batch: 5000 })) {
        for (const shadow of shadows) await shadow.put(this.owner, batch);
        this.last = positionOf(batch.at(-1)!);
        read += batch.length;
        this.options.onEvents?.(batch.length);
      }
      this.events += read;
    }
  }
}

/** Compares rows that no new event changes before it takes the lock, so that few rows are left to compare under it. */
async function finish(
  client: pg.PoolClient,
  shadow: Shadow,
  log: LogReader,
  options: RebuildOptions,
): Promise<Rebuilt> {
  const { table, derived, idOf } = shadow.projection;
  await client.query('begin isolation level repeatable read');
  const changing = (await committedAfter(client, log.last)).flatMap((event) => idOf(event) ?? []);
  const differing = await shadow.difference(client, changing, 'others');
  await client.query('commit');
  const swap = await shadow.swapStatements(client);

  await lock(client, table);
  try {
    const events = await committedAfter(client, log.last);
    const ids = [...changing, ...(await shadow.put(client, events))];
    await shadow.write(client);
    differing.push(...(await shadow.difference(client, ids, 'these')));
    const swapped = !options.dryRun && (differing.length === 0 || (options.replaceDiffering ?? false));
    if (swapped) await client.query(swap);
    await client.query('commit');
    const { rows } = await client.query(`select count(*) from ${swapped ? table : shadow.name}`);
    // The shadow had no triggers, so derived data is computed now. That takes other locks, so it does not run under the
    // table's lock.
    if (swapped && derived) await client.query(derived);
    return {
      table,
      events: log.events + events.length,
      rows: Number(rows[0].count),
      differing: differing.slice(0, 20),
      swapped,
    };
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

/** Other statements wait behind a waiting lock, so each try is short. */
async function lock(client: pg.PoolClient, table: string) {
  for (let tries = 1; ; tries++) {
    await client.query(`begin; set local lock_timeout = '100ms'`);
    try {
      return await client.query(`lock table ${table} in access exclusive mode`);
    } catch (error) {
      await client.query('rollback');
      if ((error as { code?: string }).code !== '55P03') throw error;
      if (tries === 600)
        throw new Error(`${table} is in use by long transactions: it could not be swapped for a minute.`);
      await pause(50);
    }
  }
}

/** All committed events, also those behind the visibility horizon. */
async function committedAfter(db: pg.ClientBase, after: Checkpoint): Promise<RecordedEvent[]> {
  const text = `select e.stream, e.type, e.schema_version as "schemaVersion", e.data, e.metadata from events e
                 where (${logOrder}) > ($1::integer, $2::xid8, $3::bigint) order by ${logOrder}`;
  return (await db.query<RecordedEvent>(text, positionValues(after))).rows.map((event) => upcast(event));
}
