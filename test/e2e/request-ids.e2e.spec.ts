import { jest } from '@jest/globals';
import { PretendedProvider } from '../../libs/providers/src/testing.js';
import { shared } from '../support/hooks.js';
import { openCourse, people, root } from '../support/service.js';

const { alice } = people;
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const provider = shared(() => PretendedProvider.open());
const service = shared(() => {
  const rest = { base_url: provider.url, client_id: 'lms', client_secret: 'a secret', verbose_name: 'Watchers' };
  const settings = { PROCTORING_BACKENDS: { DEFAULT: 'rest', rest } };
  return openCourse({ midterm: {} }, { environment: { LOG_LEVEL: 'warn' }, settings });
});

const create = (headers: object) => {
  const asked = { exam_id: service.exams.midterm, attempt_proctored: 'true' };
  return service.request(alice, 'POST', `${root}/attempt`, asked, headers);
};

it('the ids of a request are in its answer, in the requests to the provider and in the log', async () => {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const errors = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  provider.forget();
  provider.answers({ status: 500 }, { status: 500 }, { status: 500 });
  const { status, headers } = await create({ 'x-request-id': 'proxy/7:a', traceparent });
  const logged = [write, errors].flatMap(({ mock }) => mock.calls.map(([line]) => String(line))).join('');
  jest.restoreAllMocks();
  expect(status).toBe(502);
  expect(headers).toMatchObject({ 'x-request-id': 'proxy/7:a', traceparent });
  expect(provider.calls.length).toBeGreaterThan(0);
  for (const call of provider.calls) expect(call).toMatchObject({ requestId: 'proxy/7:a', traceparent });
  expect(logged).toContain('proxy/7:a');
  expect(logged).toContain(traceparent);
});

it.each([
  ['none', {}],
  ['ones that are too long', { 'x-request-id': 'x'.repeat(129), traceparent: `${traceparent}-${'x'.repeat(99)}` }],
  ['ones with other characters', { 'x-request-id': 'a "quoted" id', traceparent: traceparent.toUpperCase() }],
  ['a trace of zeros only', { 'x-request-id': '', traceparent: traceparent.replace(/[1-9a-f]/g, '0') }],
])('a request with %s gets a new id and no trace', async (_, given) => {
  const { headers } = await service.request(alice, 'GET', `${root}/attempt`, undefined, given);
  expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers).not.toHaveProperty('traceparent');
});
