import type { FastifyInstance } from 'fastify';

const allowed = {
  'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers':
    'Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-None-Match, USE-JWT-COOKIE, X-CSRFToken, X-Request-Id, X-Requested-With, traceparent',
  'Access-Control-Max-Age': '7200',
};

/**
 * Lets pages of these origins call the service with the user's cookies. Preflights are answered before authentication,
 * because browsers send them without credentials.
 */
export function allowOrigins(fastify: FastifyInstance, origins: string[]) {
  if (origins.length === 0) return;
  const isAllowed = (origin: string | undefined): origin is string => origin !== undefined && origins.includes(origin);
  fastify.addHook('onRequest', async ({ method, headers }, reply) => {
    const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
    if (isPreflight && isAllowed(headers.origin)) return reply.headers(allowed).code(200).send();
  });
  fastify.addHook('onSend', async ({ headers: { origin } }, reply) => {
    const varies = reply.getHeader('Vary');
    reply.header('Vary', varies ? `${varies}, Origin` : 'Origin');
    if (!isAllowed(origin)) return;
    reply.headers({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': 'Content-Language, ETag, Retry-After, X-Request-Id',
    });
  });
}
