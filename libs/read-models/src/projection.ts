import type { RecordedEvent, Write } from '#event-store';

export type RowId = number | string;
export type Row = { id: RowId };

/**
 * A table that is a fold of the log: `idOf` says which row an event concerns (undefined: none), `evolve` what becomes of
 * the row (undefined: it goes). The same two functions serve the append's own transaction and the rebuild.
 */
export type Projection = {
  table: string;
  fields: readonly string[];
  idOf(event: RecordedEvent): RowId | undefined;
  evolve(row: any, event: any): Row | undefined;
  /** The statement that makes anew what triggers keep of the rows. */
  derived?: string;
};

/** A row's fields are camelCase in the code and snake_case in the table. */
export const columnOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The rows that these events lead to, from the rows before them; null for a row that is gone. */
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

/** The statements that bring a table to these rows; `table` differs from the projection's own while it is rebuilt. */
export const writesOf = (
  { fields, table: own }: Projection,
  rows: ReadonlyMap<RowId, Row | null>,
  table = own,
): Write[] => {
  const gone = [...rows].filter(([, row]) => row === null).map(([id]) => id);
  const kept = [...rows.values()].filter((row) => row !== null) as Record<string, unknown>[];
  const columns = fields.map(columnOf);
  const asRow = (row: Record<string, unknown>) =>
    Object.fromEntries(fields.map((field, index) => [columns[index], row[field] ?? null]));
  const writes: Write[] = [];
  if (gone.length > 0)
    writes.push({ name: `delete ${table}`, text: `delete from ${table} where id = any($1)`, values: [gone] });
  if (kept.length > 0)
    writes.push({
      name: `put ${table}`,
      text: `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${own}, $1::jsonb)
             on conflict (id) do update set (${columns}) = (${columns.map((column) => `excluded.${column}`)})`,
      values: [JSON.stringify(kept.map(asRow))],
    });
  return writes;
};
