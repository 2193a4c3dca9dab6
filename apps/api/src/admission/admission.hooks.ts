import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Admission, Priority } from './admission.js';

declare module 'fastify' {
  interface FastifyRequest {
    admitted?: Awaited<ReturnType<Admission['enter']>>;
  }
  interface FastifyContextConfig {
    /** The urgency of a request; `list` by default. */
    priority?: Priority;
    /** The priority, if it depends on the body. */
    priorityByBody?: (body: unknown) => Priority;
  }
}

const sweepMs = 50;

/**
 * Requests below /api are refused at once if their queue is full. They enter the queue after they are read, so that a slow
 * client delays nobody. /health and /metrics never wait.
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
    request.admitted = await admission.enter(actual, (abandon) => raw.once('close', abandon));
  });
  // This hook runs even if the client has gone: the work ends only now.
  fastify.addHook('onSend', async ({ admitted }) => {
    if (admitted) admission.leave(admitted);
  });
}

const isQueued = ({ is404, routeOptions: { url = '' } }: FastifyRequest) => !is404 && url.startsWith('/api/');
