import type { FastifyRequest } from 'fastify';
import { refused } from '../http/http-answer.js';

const json = { formats: ['json'], types: ['*/*', 'application/*', 'application/json'] };
const exported = {
  formats: [...json.formats, 'ndjson', 'csv'],
  types: [...json.types, 'application/x-ndjson', 'text/*', 'text/csv'],
};

/** Answers are JSON, and exports also CSV: throws if the request accepts neither (rest-api.md §2.1). */
export function checkAccept({ headers, query, routeOptions }: FastifyRequest) {
  const { formats, types } = routeOptions.config.logs === 'export' ? exported : json;
  const { format = 'json' } = query as { format?: string };
  if (!formats.includes(format)) throw refused(404, 'Not found.');
  const wanted = headers.accept?.split(',').map((type) => type.replace(/;.*/s, '').trim().toLowerCase());
  if (wanted && !wanted.some((type) => types.includes(type)))
    throw refused(406, 'Could not satisfy the request Accept header.');
}
