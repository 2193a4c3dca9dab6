/**
 * A line of CSV (RFC 4180). All texts are quoted: some spreadsheets separate by semicolons. A text that a spreadsheet would
 * take for a formula begins with an apostrophe, so that it stays a text.
 */
export const csvLine = (values: readonly unknown[]): string => `${values.map(cellOf).join()}\r\n`;

const cellOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `"${(formula.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
};

/** Also the wide forms of the signs, and white space, which spreadsheets skip. */
const formula = /^[\s]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;
