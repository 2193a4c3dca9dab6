import { once } from 'node:events';
import { Readable } from 'node:stream';
import { applyDecorators, createParamDecorator, type ExecutionContext, StreamableFile } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { csvLine } from '#audit';
import type { Schema } from '#shapes';
import { noteExport, rowCounter } from '../access/access-note.js';
import { Answers, QueryParam } from '../document/answers.js';
import { oneOf, text } from '../document/schemas.js';
import { prefersCsv } from '../requests/negotiation.js';

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
 * Streams rows as NDJSON, or as CSV with these columns. `cursorOf` makes the CSV's column `cursor` of rows that lack it.
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
  const head = isCsv && after === undefined ? csvLine(columns) : '';
  const stream = await streamed(pages, head, isCsv ? csvOf : ndjsonOf);
  return new StreamableFile(stream, { type: isCsv ? 'text/csv; charset=utf-8' : 'application/x-ndjson' });
}

/** The answer of a list: JSON by pages, and CSV of all its rows. Its gate says `csv: true`. */
export const AnswersList = (schema: Schema) => Answers(200, schema, { or: 'text/csv' });

/** Whether the request asks for a list as CSV, in a controller's method. */
export const AsCsv = createParamDecorator((_: unknown, context: ExecutionContext) =>
  prefersCsv(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Spreadsheets read a file as UTF-8 only if it begins with this. */
const byteOrderMark = '\uFEFF';

/** Streams all rows of a list as a file for spreadsheets, with a line of these column names. */
export async function csvFile<Row extends object>(
  name: string,
  columns: readonly (keyof Row & string)[],
  pages: Pages<Row>,
): Promise<StreamableFile> {
  const stream = await streamed(pages, byteOrderMark + csvLine(columns), (row) =>
    csvLine(columns.map((column) => row[column])),
  );
  const disposition = `attachment; filename="${name.replace(/[^\w.+-]+/g, '_')}.csv"`;
  return new StreamableFile(stream, { type: 'text/csv; charset=utf-8', disposition });
}

/** The pages of a list to its end. `read` answers the rows behind a row, or the first ones. */
export async function* pagesBehind<Row>(read: (last: Row | undefined) => Promise<Row[]>): AsyncGenerator<Row[]> {
  let rows = await read(undefined);
  while (rows.length > 0) {
    yield rows;
    rows = await read(rows.at(-1));
  }
}

/** The next page is read when the client has read the one before, so memory does not grow. */
async function streamed<Row>(pages: Pages<Row>, head: string, lineOf: (row: Row) => string): Promise<Readable> {
  noteExport();
  const count = rowCounter();
  async function* lines() {
    count(0);
    let before = head;
    for await (const rows of pages) {
      count(rows.length);
      yield before + rows.map(lineOf).join('');
      before = '';
    }
    if (before) yield before;
  }
  const stream = Readable.from(lines());
  // If the database is unreachable, the answer is an error, not a file that breaks off.
  await once(stream, 'readable');
  return stream;
}
