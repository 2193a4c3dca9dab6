import type pg from 'pg';
import { hourMs, withClient } from '#connections';
import { upcasters } from '#domain';
import { beginning, type Checkpoint, order, replay, type Stored, upcast, valuesOf } from '#event-store';
import { foldRows, type Projection, type Row, type RowId, writesOf } from './projection.js';
import { fromRow } from './rows.js';

export type Rebuilt = {
  table: string;
  events: number;
  rows: number;
  /** Ids of rows that differ between the read model and the log; at most 20 of them. */
  differing: RowId[];
  swapped: boolean;
};

/** `dryRun`: compares, and swaps nothing. */
export type RebuildOptions = { replaceDiffering?: boolean; dryRun?: boolean; onEvents?: (count: number) => void };

/**
 * Folds the whole log into a shadow table, proves it equal to the read model row by row, and swaps the two. The service
 * may go on working: only the end, what was appended meanwhile, holds its appends up. Nothing but rows is written. When
 * rows differ, nothing is swapped unless `replaceDiffering`. Needs the tables' owner.
 */
export async function rebuild(owner: pg.Pool, projection: Projection, options: RebuildOptions = {}): Promise<Rebuilt> {
  const { table } = projection;
  const shadow = `${table}_rebuilt`;
  const lock = [`rebuild ${table}`];
  const alone = async (lead: pg.PoolClient) => {
    const { rows } = await lead.query('select pg_try_advisory_lock(hashtext($1)) as free', lock);
    if (!rows[0].free) throw new Error(`${table} is being rebuilt already.`);
    // Without the unlock, the lock would last until the server has noticed that the connection is closed.
    return rebuildInto(owner, shadow, projection, options).finally(() =>
      lead.query('select pg_advisory_unlock(hashtext($1))', lock).catch(() => {}),
    );
  };
  return withClient(owner, alone, { limitMs: hourMs });
}

async function rebuildInto(
  owner: pg.Pool,
  shadow: string,
  projection: Projection,
  options: RebuildOptions,
): Promise<Rebuilt> {
  const { table, derived } = projection;
  await owner.query(`drop table if exists ${shadow}`);
  await owner.query(`create table ${shadow} (like ${table} including all)`);

  let events = 0;
  let last: Checkpoint = beginning;
  const put = async (db: pg.ClientBase | pg.Pool, batch: readonly Stored[]) => {
    await foldInto(db, projection, shadow, batch);
    events += batch.length;
    options.onEvents?.(batch.length);
  };
  for await (const batch of replay(owner, { batch: 5000, upcasters })) {
    await put(owner, batch);
    last = batch.at(-1)!;
  }

  return withClient(owner, (client) => finish(client).catch(undo(client)), { limitMs: hourMs });

  async function finish(client: pg.PoolClient): Promise<Rebuilt> {
    await client.query('begin');
    await client.query(`lock table ${table} in share mode`);
    // Nobody writes rows now, so all that was committed is to be read: also what a reader of the log must not see yet.
    await put(client, await committedAfter(client, last));
    const differing = await difference(client, table, shadow);
    const swapped = !options.dryRun && (differing.length === 0 || (options.replaceDiffering ?? false));
    const rows = Number((await client.query(`select count(*) from ${shadow}`)).rows[0].count);
    if (swapped) await swap(client, table, shadow);
    else await client.query(`drop table ${shadow}`);
    await client.query('commit');
    // Triggers were off while the shadow was written. What they keep takes locks of its own, so not under the table's.
    if (swapped && derived) await client.query(derived);
    return { table, events, rows, differing, swapped };
  }
}

const undo = (client: pg.PoolClient) => async (error: unknown) => {
  await client.query('rollback').catch(() => {});
  throw error;
};

async function foldInto(
  db: pg.ClientBase | pg.Pool,
  projection: Projection,
  shadow: string,
  events: readonly Stored[],
) {
  const ids = [...new Set(events.flatMap((event) => projection.idOf(event) ?? []))];
  const text = `select to_json(shadow) as row from ${shadow} shadow where id = any($1)`;
  const found = await db.query(text, [ids]);
  const before = new Map(found.rows.map(({ row }) => [row.id as RowId, fromRow<Row>(row)]));
  const writes = writesOf(projection, foldRows(projection, events, before), shadow);
  for (const { text: statement, values } of writes) await db.query(statement, values);
}

async function committedAfter(db: pg.ClientBase, after: Checkpoint): Promise<Stored[]> {
  const text = `select e.stream, e.type, e.schema_version as "schemaVersion", e.data, e.metadata from events e
                 where (${order}) > ($1::integer, $2::xid8, $3::bigint) order by ${order}`;
  return (await db.query<Stored>(text, valuesOf(after))).rows.map((event) => upcast(upcasters, event));
}

async function difference(db: pg.ClientBase, table: string, shadow: string): Promise<RowId[]> {
  const { rows } = await db.query(`
    select to_json(id) as shown from (select distinct id from (
      (select * from ${table} except all select * from ${shadow}) union all
      (select * from ${shadow} except all select * from ${table})
    ) as differing) as ids order by id limit 20`);
  return rows.map(({ shown }) => shown);
}

/** The shadow becomes the table, with the names of its indexes and constraints, its triggers and its rights. */
async function swap(db: pg.ClientBase, table: string, shadow: string) {
  const indexes = `select indexrelid::regclass::text as name, replace(regexp_replace(pg_get_indexdef(indexrelid),
    'INDEX \\S+ ON', 'INDEX ON'), $2, $1) as shape from pg_index where indrelid = $2::regclass`;
  const names = new Map((await db.query(indexes, [table, table])).rows.map(({ name, shape }) => [shape, name]));
  const { rows: shadows } = await db.query(indexes, [table, shadow]);
  const { rows: rights } = await db.query(
    `select string_agg(privilege_type, ', ') as privileges from information_schema.role_table_grants
      where table_name = $1 and grantee = application_role()`,
    [table],
  );
  const triggers =
    'select pg_get_triggerdef(oid) as text from pg_trigger where tgrelid = $1::regclass and not tgisinternal';
  const { rows: kept } = await db.query(triggers, [table]);
  await db.query(`drop table ${table}`);
  await db.query(`alter table ${shadow} rename to ${table}`);
  // A constraint carries the name of its index.
  for (const { name, shape } of shadows) await db.query(`alter index ${name} rename to ${names.get(shape)}`);
  for (const { text } of kept) await db.query(text);
  const { role } = (await db.query('select quote_ident(application_role()) as role')).rows[0];
  await db.query(`grant ${rights[0].privileges} on ${table} to ${role}`);
}
