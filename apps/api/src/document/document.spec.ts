import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { openService, people } from '../../../../test/support/service.js';
import { referencePath } from '../http/reference-urls.js';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const registered = new Set<string>();
let service: Awaited<ReturnType<typeof openService>>;
let documented: Map<string, any>;

const watchRoutes = (message: unknown) =>
  (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', ({ url, method }) => {
    const path = referencePath(url.replace(/:(\w+)/g, '{$1}'));
    if (!path.startsWith('/docs'))
      for (const each of [method].flat()) if (methods.includes(each)) registered.add(`${each} ${path}`);
  });

beforeAll(async () => {
  subscribe('fastify.initialization', watchRoutes);
  service = await openService();
  unsubscribe('fastify.initialization', watchRoutes);
  // The instructor API looks for the course first.
  const courses = [{ course_id: 'course-v1:a+b+c', display_name: 'Demo' }];
  await service.request(people.staff, 'PUT', '/api/lms/v1/roster', { courses });
  const { body } = await service.request(undefined, 'GET', '/docs-json');
  documented = new Map(
    Object.entries<any>(body.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
    ),
  );
});
afterAll(() => service.close());

describe('the OpenAPI document', () => {
  it('has no operation that the service does not have', () =>
    expect([...documented.keys()].filter((operation) => !registered.has(operation))).toEqual([]));

  it('has every operation; all other methods are refused', async () => {
    const isOfFiles = (operation: string) => operation.endsWith('/*');
    const others = [...registered].filter((operation) => !documented.has(operation) && !isOfFiles(operation));
    const answers: { operation: string; status: number }[] = [];
    // One at a time: a service that is asked for everything at once refuses the less urgent requests with 503.
    for (const operation of others) {
      const [method, path] = operation.split(' ');
      const url = path
        .replaceAll('{courseId}', 'course-v1:a+b+c')
        .replaceAll('{eventId}', '01942c3e-5a00-7000-8000-000000000001')
        .replace(/\{\w+\}/g, '1');
      answers.push({ operation, status: (await service.request(people.staff, method, url)).status });
    }
    expect(others.length).toBeGreaterThan(50);
    expect(answers.filter(({ status }) => status !== 405)).toEqual([]);
  });

  it('gives each operation a summary, a tag, and a described answer of success', () => {
    const incomplete = [...documented].filter(([, { summary, tags, responses }]) => {
      const good = Object.entries<any>(responses).filter(([status]) => /^[23]/.test(status));
      const isDescribed = ({ description, content = {} }: any) =>
        description !== '' && Object.values<any>(content).every(({ schema }) => Object.keys(schema).length > 0);
      return !summary || tags.length !== 1 || good.length === 0 || !good.every(([, answer]) => isDescribed(answer));
    });
    expect(incomplete.map(([operation]) => operation)).toEqual([]);
  });
});
