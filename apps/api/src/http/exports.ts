import { once } from 'node:events';
import { Readable } from 'node:stream';
import { applyDecorators, StreamableFile } from '@nestjs/common';
import { csvLine } from '#audit';
import type { Schema } from '#shapes';
import { rowCounter } from '../access/access-note.js';
import { Answers, QueryParam } from '../document/answers.js';
import { oneOf, text } from '../document/schemas.js';

export type ExportQuery = { format?: string; after?: string };

/** An export, for the document. `line` is the schema of a line of NDJSON, `after` that of its cursor. */
export const Exports = (after: Schema, line?: Schema) =>
  applyDecorators(
    Answers(200, line ? { ...text, 'x-line': line } : text, { type: 'application/x-ndjson', or: 'text/csv' }),
    QueryParam('format', oneOf('ndjson', 'csv'), 'CSV has a line of column names, unless `after` is given'),
    QueryParam('after', after, 'The cursor of the last line that was read: the export goes on behind it'),
  );

type Pages<Row> = AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>;

/**
 * Streams rows as NDJSON, or as CSV with these columns. The next page is asked for when the client has read the one before,
 * so memory does not grow. `cursorOf` makes the CSV's column `cursor` of rows that lack it.
 */
export async function exported<Row extends object>(
  pages: Pages<Row>,
  columns: readonly string[],
  { format, after }: ExportQuery,
  cursorOf?: (row: Row) => string,
): Promise<StreamableFile> {
  const csvOf = (row: Row) => {
    const fields = { cursor: cursorOf?.(row), ...row } as Record<string, unknown>;
    return csvLine(columns.map((column) => fields[column]));
  };
  const ndjsonOf = (row: Row) => `${JSON.stringify(row)}\n`;
  const isCsv = format === 'csv';
  const count = rowCounter();
  async function* lines() {
    count(0);
    let head = isCsv && after === undefined ? csvLine(columns) : '';
    for await (const rows of pages) {
      count(rows.length);
      yield head + rows.map(isCsv ? csvOf : ndjsonOf).join('');
      head = '';
    }
    if (head) yield head;
  }
  const stream = Readable.from(lines());
  // If the database is unreachable, the answer is an error, not a file that breaks off.
  await once(stream, 'readable');
  return new StreamableFile(stream, { type: isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson' });
}
