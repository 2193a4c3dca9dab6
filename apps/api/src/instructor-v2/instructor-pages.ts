import type { FastifyRequest } from 'fastify';
import type { PageOf } from '#connections';
import type { Schema } from '#shapes';
import { integer, listOf, object, orNull, text } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { asciiDigits } from '../requests/fields.js';

export type PageQuery = { page?: string; page_size?: string };

const usualSize = 10;
const largestSize = 100;

/** instructor-v2.md §1.1. A size that is no positive number is the usual size. */
const sizeIn = (given = ''): number => {
  const digits = asciiDigits(given).trim();
  const size = /^\+?\d+$/.test(digits) ? Number(digits) : 0;
  return size > 0 ? Math.min(size, largestSize) : usualSize;
};

/** @throws HttpAnswer with status 404 */
function numberIn(given: string | undefined, pages: number): number {
  if (!given) return 1;
  if (given === 'last') return pages;
  const digits = asciiDigits(given).trim();
  const number = /^\+?\d+$/.test(digits) ? Number(digits) : 0;
  if (number < 1 || number > pages) throw refused(404, 'Invalid page.');
  return number;
}

/** The requested page of a list, with links to its neighbours. */
export async function instructorPage<Row>(
  request: FastifyRequest,
  read: (pageOf: PageOf) => Promise<{ count: number; results: Row[] }>,
) {
  const { page, page_size } = request.query as PageQuery;
  const size = sizeIn(page_size);
  let [number, pages] = [1, 1];
  const { count, results } = await read((all) => {
    pages = Math.max(1, Math.ceil(all / size));
    number = numberIn(page, pages);
    return { offset: (number - 1) * size, limit: size };
  });
  return {
    next: number < pages ? linkTo(request, number + 1) : null,
    previous: number > 1 ? linkTo(request, number - 1) : null,
    count,
    num_pages: pages,
    current_page: number,
    start: (number - 1) * size,
    results,
  };
}

/** The parameters are sorted, and a link to the first page has no `page`. */
function linkTo({ originalUrl, protocol, host }: FastifyRequest, number: number): string {
  const url = new URL(originalUrl, `${protocol}://${host}`);
  if (number === 1) url.searchParams.delete('page');
  else url.searchParams.set('page', String(number));
  url.searchParams.sort();
  return url.href;
}

export const pageOfList = (title: string, row: Schema): Schema =>
  object(title, {
    next: orNull(text),
    previous: orNull(text),
    count: integer,
    num_pages: integer,
    current_page: integer,
    start: integer,
    results: listOf(row),
  });
