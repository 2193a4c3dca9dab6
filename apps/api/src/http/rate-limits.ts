import { isIPv6 } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Settings } from '#configuration';
import { refused } from './http-answer.js';

/** The limit of an address without a login: far above the needs of a provider or a whole exam hall, far below a flood. */
const anonymous = { requests: 1_200, seconds: 60 };

/**
 * Makes a function that counts a request and throws 429 beyond the limit. Users who are logged in have a limit only if one
 * is configured. All other requests are counted by address. Each process counts for itself.
 */
export async function rateLimiter(fastify: FastifyInstance, limits: Settings['rateLimits']) {
  const configured = (name: string) => (Object.hasOwn(limits, name) ? limits[name] : undefined);
  const limitOf = ({ user, ip }: FastifyRequest) =>
    user
      ? (configured(user.username) ?? limits.DEFAULT)
      : (configured(ip) ?? limits.ANONYMOUS ?? limits.DEFAULT ?? anonymous);
  await fastify.register(rateLimit, {
    global: false,
    cache: 20_000,
    keyGenerator: ({ user, ip }) => (user ? `user ${user.username}` : `address ${networkOf(ip)}`),
    allowList: (request) => !limitOf(request),
    max: (request) => limitOf(request)!.requests,
    timeWindow: (request) => limitOf(request)!.seconds * 1000,
  });
  const count = fastify.createRateLimit();
  return async (request: FastifyRequest): Promise<void> => {
    const result = await count(request);
    if (result.isAllowed || !result.isExceeded) return;
    const seconds = result.ttlInSeconds;
    throw refused(429, `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`, {
      'Retry-After': String(seconds),
    });
  };
}

/** One client has a whole /64 of IPv6 addresses, so they count as one. */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = head.split(':').filter(Boolean);
  const rest = tail?.split(':').filter(Boolean) ?? [];
  const zeros = Array(Math.max(0, 8 - groups.length - rest.length)).fill('0');
  const network = [...groups, ...zeros, ...rest].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
