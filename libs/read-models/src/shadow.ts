import type pg from 'pg';
import type { RecordedEvent } from '#event-store';
import { foldRows, type Projection, type Row, type RowId, writesOf } from './projection.js';
import { fromRow } from './rows.js';

/** With this many rows in memory, a rebuild of all read models stays below 400 MB. */
const rowsInMemory = 40_000;
const rowsAtOnce = 2000;

/** The table into which a read model is rebuilt. Rows are kept in memory first, so that most are written only once. */
export class Shadow {
  readonly name: string;
  /** The rows with the newest events are at the end. */
  private readonly rows = new Map<RowId, Row | null>();
  private readonly unwritten = new Set<RowId>();
  private hasRows = false;
  private indexes: string[] = [];

  constructor(readonly projection: Projection) {
    this.name = `${projection.table}_rebuilt`;
  }

  /** Indexes that no constraint needs are created at the end, because that takes less time. */
  async create(db: pg.ClientBase | pg.Pool) {
    const { table } = this.projection;
    await this.drop(db);
    await db.query(`create table ${this.name} (like ${table} including all)`);
    const options = await db.query(
      `select array_to_string(reloptions, ', ') as text from pg_class where oid = $1::regclass and reloptions is not null`,
      [table],
    );
    for (const { text } of options.rows) await db.query(`alter table ${this.name} set (${text})`);
    const { rows } = await db.query(
      `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as text from pg_index
        where indrelid = $1::regclass and not exists (select from pg_constraint where conindid = indexrelid)`,
      [this.name],
    );
    this.indexes = rows.map(({ text }) => text);
    for (const { name } of rows) await db.query(`drop index ${name}`);
  }

  async createIndexes(db: pg.ClientBase | pg.Pool) {
    for (const text of this.indexes) await db.query(text);
    await db.query(`analyze ${this.name}`);
  }

  async drop(db: pg.ClientBase | pg.Pool) {
    await db.query(`drop table if exists ${this.name}`);
  }

  /** Folds events. Answers the ids of the rows that they change. */
  async put(db: pg.ClientBase | pg.Pool, events: readonly RecordedEvent[]): Promise<RowId[]> {
    const ids = [...new Set(events.flatMap((event) => this.projection.idOf(event) ?? []))];
    const missing = this.hasRows ? ids.filter((id) => !this.rows.has(id)) : [];
    if (missing.length > 0) {
      const text = `select to_json(shadow) as row from ${this.name} shadow where id = any($1)`;
      for (const { row } of (await db.query(text, [missing])).rows) this.rows.set(row.id, fromRow<Row>(row));
    }
    for (const [id, row] of foldRows(this.projection, events, this.rows)) {
      this.rows.delete(id);
      this.rows.set(id, row);
      this.unwritten.add(id);
    }
    if (this.rows.size > rowsInMemory) await this.write(db, rowsInMemory / 2);
    return ids;
  }

  /** Writes the rows in memory and forgets them, but keeps the `kept` rows with the newest events. */
  async write(db: pg.ClientBase | pg.Pool, kept = 0) {
    const forgotten = [...this.rows.keys()].slice(0, this.rows.size - kept);
    const ids = forgotten.filter((id) => this.unwritten.has(id));
    for (let first = 0; first < ids.length; first += rowsAtOnce) {
      const part = new Map(ids.slice(first, first + rowsAtOnce).map((id) => [id, this.rows.get(id) ?? null]));
      for (const { text, values } of writesOf(this.projection, part, this.name)) await db.query(text, values);
    }
    this.hasRows ||= ids.length > 0;
    for (const id of forgotten) {
      this.rows.delete(id);
      this.unwritten.delete(id);
    }
  }

  /** The ids of at most 20 rows that differ from the read model, among these rows or all others. */
  async difference(db: pg.ClientBase, ids: readonly RowId[], which: 'these' | 'others'): Promise<RowId[]> {
    const { table } = this.projection;
    const chosen = `where ${which === 'these' ? '' : 'not '}coalesce(id = any($1), false)`;
    const { rows } = await db.query(
      `select to_json(id) as shown from (select distinct id from (
         (select * from ${table} ${chosen} except all select * from ${this.name} ${chosen}) union all
         (select * from ${this.name} ${chosen} except all select * from ${table} ${chosen})
       ) as differing) as ids order by id limit 20`,
      [ids],
    );
    return rows.map(({ shown }) => shown);
  }

  /** The statements that replace the table by this one, with the same names of indexes and constraints, triggers and rights. */
  async swapStatements(db: pg.ClientBase | pg.Pool): Promise<string> {
    const { table } = this.projection;
    const indexes = `select indexrelid::regclass::text as name, replace(regexp_replace(pg_get_indexdef(indexrelid),
      'INDEX \\S+ ON', 'INDEX ON'), $2, $1) as shape from pg_index where indrelid = $2::regclass`;
    const names = new Map((await db.query(indexes, [table, table])).rows.map(({ name, shape }) => [shape, name]));
    const { rows: own } = await db.query(indexes, [table, this.name]);
    const { rows: others } = await db.query(
      `select pg_get_triggerdef(oid) as text from pg_trigger where tgrelid = $1::regclass and not tgisinternal
       union all
       select format('grant %s on %s to %I', string_agg(privilege_type, ', '), $1, rolname)
         from pg_class, aclexplode(relacl) entry join pg_roles on pg_roles.oid = entry.grantee
        where pg_class.oid = $1::regclass and entry.grantee <> relowner group by rolname`,
      [table],
    );
    return [
      `drop table ${table}`,
      `alter table ${this.name} rename to ${table}`,
      // A constraint is renamed with its index.
      ...own.map(({ name, shape }) => `alter index ${name} rename to ${names.get(shape)}`),
      ...others.map(({ text }) => text),
    ].join('; ');
  }
}
