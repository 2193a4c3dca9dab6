import type { PageOf } from '#connections';
import type { Schema } from '#shapes';
import { integer, listOf, object } from '../document/schemas.js';
import { asciiDigits } from '../requests/fields.js';

/** Groups or rows of a page in every list (rest-api.md §5.5, §5.14). */
const pageSize = 25;

export type Page = { number: number; of: number; offset: number; limit: number };

/** The requested page. Without a number it is the first page, with a number out of range the last (rest-api.md §5.5). */
export const pageOf = (asked: string | undefined, count: number): Page => {
  const text = asciiDigits(asked ?? '');
  const of = Math.max(1, Math.ceil(count / pageSize));
  const wanted = /^\s*[+-]?\d+(_\d+)*\s*$/.test(text) ? Number(text.replaceAll('_', '')) : 1;
  const number = wanted >= 1 && wanted <= of ? wanted : of;
  return { number, of, offset: (number - 1) * pageSize, limit: pageSize };
};

/** Counts the rows of a list, and reads those of the page that `pageOf` answers for this count. */
export type ReadPage<Row> = (pageOf: PageOf) => Promise<{ count: number; results: Row[] }>;

/** The requested page of a list. */
export async function requestedPage<Row>(asked: string | undefined, read: ReadPage<Row>) {
  let page!: Page;
  const { count, results } = await read((all) => {
    page = pageOf(asked, all);
    return page;
  });
  return { count, page: page.number, pages: page.of, results };
}

/** The same for the document. */
export const pagedList = (title: string, row: Schema, more: Record<string, Schema> = {}): Schema =>
  object(title, { count: integer, page: integer, pages: integer, results: listOf(row), ...more });

const fileSize = 1_000;

/** All pages of a list, for a file. A row that leaves the list meanwhile may hide another one. */
export async function* allPages<Row>(read: ReadPage<Row>): AsyncGenerator<Row[]> {
  for (let offset = 0; ; offset += fileSize) {
    const { count, results } = await read(() => ({ offset, limit: fileSize }));
    yield results;
    if (offset + fileSize >= count) return;
  }
}

/** The same where the file has other rows than the list. */
export async function* allLines<Row, Line>(read: ReadPage<Row>, linesOf: (row: Row) => Line | Line[]) {
  for await (const rows of allPages(read)) yield rows.flatMap(linesOf) as Line[];
}
