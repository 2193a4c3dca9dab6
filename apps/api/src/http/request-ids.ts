import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { traceHeaders } from '#providers';

// No "@": the id is kept for ever, so it must not be an e-mail address.
const requestIds = /^[\w.:~+/=-]{1,128}$/;
const traceparents = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The id that the client or a proxy gave to the request, if it is safe to log and to send; otherwise a new one. */
export const requestIdOf = ({ headers }: { headers: IncomingHttpHeaders }): string => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && requestIds.test(given) ? given : randomUUID();
};

/** The request's W3C trace context. It is passed on unchanged, because this service records no spans. */
export const traceparentOf = ({ headers }: { headers: IncomingHttpHeaders }): string | undefined => {
  const { traceparent: given } = headers;
  return typeof given === 'string' && traceparents.test(given) ? given : undefined;
};

/** Adds the request's ids to its answer, and to the requests to providers that follow from it. */
export function propagateRequestIds(fastify: FastifyInstance) {
  fastify.addHook('onRequest', async (request, reply) => {
    const traceparent = traceparentOf(request);
    reply.header('X-Request-Id', request.id);
    if (traceparent) reply.header('traceparent', traceparent);
  });
  fastify.addHook('preHandler', (request, _reply, done) => {
    const traceparent = traceparentOf(request);
    traceHeaders.run({ 'X-Request-Id': request.id, ...(traceparent && { traceparent }) }, done);
  });
}
