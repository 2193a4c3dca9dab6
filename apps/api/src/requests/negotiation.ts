import type { FastifyRequest } from 'fastify';
import { refused } from '../http/http-answer.js';

const json = { formats: ['json'], types: ['*/*', 'application/*', 'application/json'] };
const exported = {
  formats: [...json.formats, 'ndjson', 'csv'],
  types: [...json.types, 'application/x-ndjson', 'text/*', 'text/csv'],
};

const list = { formats: [...json.formats, 'csv'], types: [...json.types, 'text/*', 'text/csv'] };
const stream = { formats: json.formats, types: [...json.types, 'text/*', 'text/event-stream'] };

/** Answers are JSON, some are also CSV, and some are streams: throws if the request accepts none (rest-api.md §2.1). */
export function checkAccept(request: FastifyRequest) {
  const { logs, csv, isStream } = request.routeOptions.config;
  const { formats, types } = logs === 'export' ? exported : csv ? list : isStream ? stream : json;
  const { format = 'json' } = request.query as { format?: string };
  if (!formats.includes(format)) throw refused(404, 'Not found.');
  if (request.headers.accept !== undefined && !acceptedTypes(request).some((type) => types.includes(type)))
    throw refused(406, 'Could not satisfy the request Accept header.');
}

/** Whether CSV is the first known type that the request accepts. */
export function prefersCsv(request: FastifyRequest): boolean {
  if ((request.query as { format?: string }).format === 'csv') return true;
  return (
    acceptedTypes(request)
      .find((type) => list.types.includes(type))
      ?.startsWith('text/') ?? false
  );
}

const acceptedTypes = ({ headers: { accept = '' } }: FastifyRequest) =>
  accept.split(',').map((type) => type.replace(/;.*/s, '').trim().toLowerCase());
