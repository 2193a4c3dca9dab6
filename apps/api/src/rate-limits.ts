import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Settings } from '#configuration';
import { refused } from './http-answer.js';

/** A client is the user who is logged in, else the address. */
const clientOf = ({ user, ip }: FastifyRequest) => user?.username ?? ip;

/**
 * Refuses with 429 what a client asks beyond its limit, or beyond `DEFAULT`; one that has neither may ask as it likes. Each
 * process counts for itself.
 */
export async function limitRates(fastify: FastifyInstance, limits: Settings['rateLimits']) {
  const limitOf = (request: FastifyRequest) => {
    const client = clientOf(request);
    return Object.hasOwn(limits, client) ? limits[client] : limits.DEFAULT;
  };
  await fastify.register(rateLimit, {
    global: false,
    keyGenerator: (request) => `${request.user ? 'user' : 'address'} ${clientOf(request)}`,
    allowList: (request) => !limitOf(request),
    max: (request) => limitOf(request).requests,
    timeWindow: (request) => limitOf(request).seconds * 1000,
  });
  const count = fastify.createRateLimit();
  fastify.addHook('onRequest', async (request) => {
    if (!request.url.startsWith('/api/')) return;
    const result = await count(request);
    if (result.isAllowed || !result.isExceeded) return;
    const seconds = result.ttlInSeconds;
    throw refused(429, `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`, {
      'Retry-After': String(seconds),
    });
  });
}
