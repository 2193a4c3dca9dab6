import type { FastifyInstance } from 'fastify';

/** By then every request is answered. */
export const answerMs = 9_000;

/** Routes that are asked often and must answer at once, and those that rightly take longer. */
const others: Record<string, number> = {
  '/health/ready': 4_000,
  '/metrics': 5_000,
  '/api/lms/v1/roster': 70_000,
  '/api/audit/v1/events': 24 * 3_600_000,
};

/** Fastify answers a request that takes longer with an error, which the filter of errors makes 503. */
export function limitTimes(fastify: FastifyInstance) {
  fastify.addHook('onRoute', (route) => {
    route.handlerTimeout = others[route.url] ?? answerMs;
  });
}
