import type { RecordedEvent, Write } from '#event-store';

export type RowId = number | string;
export type Row = { id: RowId };

/**
 * A table that is a fold of the log. `idOf` gives the id of the row that an event changes (undefined: none). `evolve` gives
 * the row after the event (undefined: the row is deleted). Appends and the rebuild use the same two functions.
 */
export type Projection = {
  table: string;
  fields: readonly string[];
  idOf(event: RecordedEvent): RowId | undefined;
  evolve(row: any, event: any): Row | undefined;
  /** The statement that computes again the data that triggers derive from the rows. */
  derived?: string;
};

export const columnOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A state with the names of columns. */
export const columnsOf = (state: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(state).map(([field, value]) => [columnOf(field), value]));

/** The rows after these events; null for a deleted row. */
export const foldRows = (
  { idOf, evolve }: Projection,
  events: readonly RecordedEvent[],
  before: ReadonlyMap<RowId, Row | null> = new Map(),
): Map<RowId, Row | null> => {
  const rows = new Map<RowId, Row | null>();
  for (const event of events) {
    const id = idOf(event);
    if (id === undefined) continue;
    const row = rows.has(id) ? rows.get(id) : before.get(id);
    rows.set(id, evolve(row ?? undefined, event) ?? null);
  }
  return rows;
};

/** The statements that write these rows. `table` is another table during a rebuild. */
export const writesOf = (
  { fields, table: own }: Projection,
  rows: ReadonlyMap<RowId, Row | null>,
  table = own,
): Write[] => {
  const deleted = [...rows].filter(([, row]) => row === null).map(([id]) => id);
  const kept = [...rows.values()].filter((row) => row !== null) as Record<string, unknown>[];
  const columns = fields.map(columnOf);
  const asRow = (row: Record<string, unknown>) =>
    Object.fromEntries(fields.map((field, index) => [columns[index], row[field] ?? null]));
  const writes: Write[] = [];
  if (deleted.length > 0)
    writes.push({ name: `delete ${table}`, text: `delete from ${table} where id = any($1)`, values: [deleted] });
  if (kept.length > 0)
    writes.push({
      name: `put ${table}`,
      text: `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${own}, $1::jsonb)
             on conflict (id) do update set (${columns}) = (${columns.map((column) => `excluded.${column}`)})`,
      values: [JSON.stringify(kept.map(asRow))],
    });
  return writes;
};
