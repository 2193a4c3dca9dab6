import type { FastifyRequest } from 'fastify';
import { refused } from '../http/http-answer.js';

const acceptable = ['*/*', 'application/*', 'application/json'];

/** Answers are JSON: throws when the request wants something else (rest-api.md §2.1). */
export function checkAccept({ headers, query }: FastifyRequest) {
  const { format = 'json' } = query as { format?: string };
  if (format !== 'json') throw refused(404, 'Not found.');
  const wanted = headers.accept?.split(',').map((type) => type.replace(/;.*/s, '').trim().toLowerCase());
  if (wanted && !wanted.some((type) => acceptable.includes(type)))
    throw refused(406, 'Could not satisfy the request Accept header.');
}
