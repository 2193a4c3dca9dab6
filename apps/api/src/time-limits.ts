import type { FastifyInstance } from 'fastify';

/** By then every request is answered. */
const answerMs = 9_000;

/** Routes that are asked often and must answer at once, and those that rightly take longer. */
const others: Record<string, number> = {
  '/health/ready': 4_000,
  '/metrics': 5_000,
  '/api/lms/v1/roster': 70_000,
};

/** The request was not answered in time. What it began goes on. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** Answers what takes too long with TookTooLong. Fastify's handlerTimeout does not, once a body was read on Node 20. */
export function limitTimes(fastify: FastifyInstance) {
  fastify.addHook('onRequest', (request, reply, done) => {
    const limitMs = others[request.routeOptions.url ?? ''] ?? answerMs;
    const isOver = () => {
      if (!reply.raw.headersSent) reply.send(new TookTooLong(`No answer within ${limitMs / 1000} seconds.`));
    };
    const timer = setTimeout(isOver, limitMs);
    reply.raw.once('close', () => clearTimeout(timer));
    done();
  });
}
