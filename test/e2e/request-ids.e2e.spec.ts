import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { PretendedProvider } from '../../libs/providers/src/testing.js';
import { courseId, openService, people, publishedExam, roster } from '../support/service.js';

const { staff, alice } = people;
const root = '/api/edx_proctoring/v1/proctored_exam';
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let provider: PretendedProvider;
let service: Awaited<ReturnType<typeof openService>>;
let examId: number;
const folder = mkdtempSync(join(tmpdir(), 'proctoring-request-ids-'));

beforeAll(async () => {
  provider = await PretendedProvider.open();
  const options = { base_url: provider.url, client_id: 'lms', client_secret: 'a secret', verbose_name: 'Watchers' };
  const settings = join(folder, 'settings.json');
  writeFileSync(settings, JSON.stringify({ PROCTORING_BACKENDS: { DEFAULT: 'rest', rest: options } }));
  service = await openService({ PROCTORING_CONFIG: settings, LOG_LEVEL: 'warn' });
  await service.request(staff, 'PUT', '/api/lms/v1/roster', roster);
  const exams = [publishedExam('midterm')];
  const url = `${root}/exam_registration/course_id/${courseId}`;
  [{ exam_id: examId }] = (await service.request(staff, 'PATCH', url, exams)).body;
});
afterAll(async () => {
  await service.close();
  await provider.close();
  rmSync(folder, { recursive: true });
});

const create = (headers: object) =>
  service.request(alice, 'POST', `${root}/attempt`, { exam_id: examId, attempt_proctored: 'true' }, headers);

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
