import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { abortable } from '#connections';
import { refused } from './http-answer.js';

/** The limit of most routes. */
const usualLimitMs = 9_000;

/** Node's limits for clients that send or read slowly. */
export const connectionLimits = {
  requestTimeout: 20_000,
  /** Time without a byte in either direction; longer than any answer takes. */
  connectionTimeout: 75_000,
  http: { headersTimeout: 10_000, connectionsCheckingInterval: 5_000 },
};

/** The limit of routes that change many attempts, or the roster. */
export const longLimitMs = 70_000;

/** The request was not answered in time. A write that it began goes on. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}

/** Nobody waits for the answer. */
class ClientLeft extends Error {
  override readonly name = 'ClientLeft';
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The time limit of the route, if it is not the usual one. */
    limitMs?: number;
  }
  interface FastifyRequest {
    /** Is aborted once nobody waits for the answer. */
    client: AbortSignal;
  }
}

/** Ends a request that takes too long with TookTooLong. Fastify's handlerTimeout fails on Node 20 once a body was read. */
export function limitRequestTimes(fastify: FastifyInstance) {
  fastify.addHook('onRequest', (request, reply, done) => {
    const client = new AbortController();
    request.client = client.signal;
    const { limitMs = usualLimitMs } = request.routeOptions.config;
    const onTimeout = () => {
      if (reply.raw.headersSent) return;
      if (request.raw.complete) reply.send(new TookTooLong(`No answer within ${limitMs / 1000} seconds.`));
      else reply.header('Connection', 'close').send(refused(408, 'The request took too long.'));
      if (isRead(request)) client.abort(new ClientLeft());
    };
    const timer = setTimeout(onTimeout, limitMs);
    reply.raw.once('close', () => {
      clearTimeout(timer);
      if (!reply.raw.writableFinished) client.abort(new ClientLeft());
    });
    done();
  });
  // A write runs to its end, unless its route checks `client` itself. Urgent reads are short.
  fastify.addHook('preHandler', (request, _reply, done) => {
    const { url = '', config } = request.routeOptions;
    const isList = url.startsWith('/api/') && isRead(request) && (config.priority ?? 'list') === 'list';
    if (isList) abortable(request.client, done);
    else done();
  });
}

const isRead = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD';

/** The signal that nobody waits for the answer, in a controller's method. */
export const Client = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().client,
);
