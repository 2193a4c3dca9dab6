/** A row that Postgres gave as JSON, with the names the code uses. Times are ISO instants with up to six decimals. */
export const fromRow = <T>(row: Record<string, unknown>): T =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  ) as T;

const largest = 2n ** 63n - 1n;

/** Can a row have this id at all? Clients may ask for any number. */
export const isRowId = (id: number | string): boolean => {
  if (!/^-?\d+$/.test(String(id))) return false;
  const value = BigInt(id);
  return value <= largest && value >= -largest;
};
