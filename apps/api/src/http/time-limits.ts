import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { refused } from './http-answer.js';

/** By then every request is answered. */
const answerMs = 9_000;

/** Ends connections whose client is slow to send or to read. */
export const slowest = {
  requestTimeout: 20_000,
  /** Without a byte in either direction; longer than any answer takes. */
  connectionTimeout: 75_000,
  http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000 },
};

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
      if (reply.raw.headersSent) return;
      if (request.raw.complete) reply.send(new TookTooLong(`No answer within ${limitMs / 1000} seconds.`));
      else reply.header('Connection', 'close').send(refused(408, 'The request took too long.'));
    };
    const timer = setTimeout(isOver, limitMs);
    reply.raw.once('close', () => clearTimeout(timer));
    done();
  });
}

/** Nobody waits for the answer any more. */
class ClientLeft extends Error {
  override readonly name = 'ClientLeft';
}

/** Is aborted once the client leaves without an answer: nobody needs the rest of the work. */
function clientOf({ raw }: FastifyReply): AbortSignal {
  const leaving = new AbortController();
  const leave = () => {
    if (!raw.writableEnded) leaving.abort(new ClientLeft());
  };
  if (raw.destroyed) leave();
  raw.once('close', leave);
  return leaving.signal;
}

/** The signal, in a controller's method. */
export const Client = createParamDecorator((_: unknown, context: ExecutionContext) =>
  clientOf(context.switchToHttp().getResponse<FastifyReply>()),
);
