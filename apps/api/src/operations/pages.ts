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
