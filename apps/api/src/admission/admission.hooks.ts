import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Admission, Priority } from './admission.js';

declare module 'fastify' {
  interface FastifyRequest {
    admitted?: Awaited<ReturnType<Admission['enter']>>;
  }
  interface FastifyContextConfig {
    /** How urgent a request is; `list` without it. */
    priority?: Priority;
    /** The same once the body is known. */
    priorityByBody?: (body: unknown) => Priority;
  }
}

const sweepMs = 50;

/**
 * Requests below /api are refused early if their queue is full. They wait once they are read, so that a client that is slow
 * to send keeps nobody waiting. /health and /metrics never wait.
 */
export function admitByPriority(fastify: FastifyInstance, admission: Admission) {
  const sweeping = setInterval(() => admission.sweep(), sweepMs).unref();
  fastify.addHook('onClose', async () => clearInterval(sweeping));
  fastify.addHook('onRequest', async (request) => {
    const { priority = 'list' } = request.routeOptions.config;
    if (isQueued(request)) admission.checkRoom(priority);
  });
  fastify.addHook('preHandler', async (request, { raw }) => {
    if (!isQueued(request)) return;
    const { priorityByBody, priority = 'list' } = request.routeOptions.config;
    const actual = priorityByBody?.(request.body) ?? priority;
    request.admitted = await admission.enter(actual, (forget) => raw.once('close', forget));
  });
  // Also if the client has gone: the work for it was done until now.
  fastify.addHook('onSend', async ({ admitted }) => {
    if (admitted) admission.leave(admitted);
  });
}

const isQueued = ({ is404, routeOptions: { url = '' } }: FastifyRequest) => !is404 && url.startsWith('/api/');
