import type { Schema } from '#shapes';
import { integer, listOf, object } from '../document/schemas.js';
import { type Page, pageOf } from '../http/page.js';

/** A page of a list, for the document. */
export const paged = (title: string, row: Schema): Schema =>
  object(title, { count: integer, page: integer, num_pages: integer, results: listOf(row) });

/** The requested page of a list of `count` rows. */
export async function pageOfRows<Row>(
  asked: string | undefined,
  count: number,
  read: (page: Page) => Promise<Row[]>,
): Promise<{ count: number; page: number; num_pages: number; results: Row[] }> {
  const page = pageOf(asked, count);
  return { count, page: page.number, num_pages: page.of, results: await read(page) };
}

const fileSize = 1_000;

/** All pages of a list, for a file. A row that leaves the list meanwhile may hide another one. */
export async function* allPages<Row>(read: (page: Pick<Page, 'offset' | 'limit'>) => Promise<Row[]>) {
  for (let offset = 0; ; offset += fileSize) {
    const rows = await read({ offset, limit: fileSize });
    yield rows;
    if (rows.length < fileSize) return;
  }
}
