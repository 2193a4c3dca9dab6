import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { openService } from '../../../../test/support/service.js';

const routes: RouteOptions[] = [];
const watchRoutes = (message: unknown) =>
  (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', (route) => void routes.push(route));

beforeAll(async () => {
  subscribe('fastify.initialization', watchRoutes);
  const service = await openService();
  unsubscribe('fastify.initialization', watchRoutes);
  await service.close();
});

/** Whether a route uses a right over data of others, by its gate or its path. The Merkle log has hashes alone. */
const isPrivileged = ({ url, config }: RouteOptions) =>
  config?.gate === 'staff' ||
  config?.gate === 'course' ||
  /audit(?!\/v1\/log\/)|roster|retire_|review_callback|\/reviewed|user_id/.test(url);

it('every route that uses a right over data of others declares which accesses are recorded', () => {
  const privileged = routes.filter(isPrivileged);
  expect(privileged.length).toBeGreaterThan(30);
  const silent = privileged.filter(({ config }) => config?.logs === undefined || config.logs === 'refusals');
  expect(silent.map(({ method, url }) => `${method} ${url}`)).toEqual([]);
});
