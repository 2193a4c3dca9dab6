const fieldNames = new Map<string, string>();

const fieldOf = (column: string): string => {
  let field = fieldNames.get(column);
  if (field === undefined) {
    field = column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    fieldNames.set(column, field);
  }
  return field;
};

/** A row that PostgreSQL gave as JSON, with camelCase names. Times are ISO instants with up to six decimals. */
export const fromRow = <T>(row: Record<string, unknown>): T => {
  const result: Record<string, unknown> = {};
  for (const column in row) result[fieldOf(column)] = row[column];
  return result as T;
};

const maxRowId = 2n ** 63n - 1n;

/** Can a row have this id? Clients may send any number or text. */
export const isRowId = (id: number | string): boolean => {
  if (!/^-?\d+$/.test(String(id))) return false;
  const value = BigInt(id);
  return value <= maxRowId && value >= -maxRowId;
};
