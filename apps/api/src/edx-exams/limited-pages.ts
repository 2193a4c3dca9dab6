import type { FastifyRequest } from 'fastify';
import { asciiDigits } from '../requests/fields.js';

const usualLimit = 100;

/** A number as the REST framework of edx-exams reads it; undefined for another text. */
const numberIn = (text = ''): number | undefined =>
  /^\s*\+?\d{1,15}\s*$/.test(asciiDigits(text)) ? Number(asciiDigits(text)) : undefined;

/** The page that a query asks for. A limit of 0 or of no sense is the usual one; there is no greatest (edx-exams.md §5.9). */
export const limitedPageOf = ({ limit, offset }: { limit?: string; offset?: string }) => ({
  limit: numberIn(limit) || usualLimit,
  offset: numberIn(offset) ?? 0,
});

type Page = ReturnType<typeof limitedPageOf>;

/** The addresses of the pages before and after, on the host of the request. */
export function neighboursOf(request: FastifyRequest, { limit, offset }: Page, count: number) {
  const url = (start: number) => {
    const { pathname, searchParams } = new URL(request.originalUrl, 'http://host');
    searchParams.set('limit', String(limit));
    if (start > 0) searchParams.set('offset', String(start));
    else searchParams.delete('offset');
    searchParams.sort();
    return `${request.protocol}://${request.host}${pathname}?${searchParams}`;
  };
  return {
    next: offset + limit < count ? url(offset + limit) : null,
    previous: offset > 0 ? url(offset - limit) : null,
  };
}
