import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../conformance/random.js';
import { contentId, courseId, openService, people, publishedExam, roster, tokenOf } from '../support/service.js';

// Every route that changes something gets 200 bodies that no client should send. While it answers, nobody else waits.

const { staff, alice } = people;
const seed = process.env.SEED ?? String(Date.now() % 1_000_000);
const random = new Random(seed);
const count = 200;
/** How long any other request, as /health/live, may wait. */
const longestMs = 100;

let service: Awaited<ReturnType<typeof openService>>;
let tokens: (string | undefined)[];
beforeAll(async () => {
  console.log(`Seed ${seed}`);
  service = await openService();
  await service.request(staff, 'PUT', '/api/lms/v1/roster', roster);
  const path = `/api/edx_proctoring/v1/proctored_exam/exam_registration/course_id/${courseId}`;
  await service.request(staff, 'PATCH', path, [publishedExam('midterm')]);
  tokens = [await tokenOf(staff), await tokenOf(alice), undefined];
});
afterAll(() => service.close());

type Body = { type: string; text: string };
const sizes = [1_000, 30_000, 250_000, 1_000_000];
const json = (text: string): Body => ({ type: 'application/json', text });
const filled = (piece: string, size: number) => piece.repeat(Math.ceil(size / piece.length));

const kinds: ((size: number) => Body)[] = [
  (size) => json(`[${filled('{},', size)}{}]`),
  (size) => json(`{"users":[${filled('{},', size)}{}]}`),
  (size) => json(filled('[', size) + filled(']', size)),
  (size) => json(`{${filled('"a":{', size)}`),
  (size) =>
    json(
      JSON.stringify({ exam_ids: filled('1,', size), user_ids: filled('a,', size), allowance_type: 'x', value: '1' }),
    ),
  (size) =>
    json(
      JSON.stringify({
        exam_id: filled('１', size),
        user_id: filled('٣', size),
        user_info: 'alice',
        key: 'k',
        value: '1',
      }),
    ),
  (size) =>
    json(
      JSON.stringify({ exam_ids: '1', user_ids: 'alice', allowance_type: 'time_multiplier', value: filled('1', size) }),
    ),
  (size) => json(JSON.stringify({ action: filled('\\', size), detail: filled('\u0000', size) })),
  (size) => json(`"${filled('\\\\', size)}`),
  (size) => json(JSON.stringify({ course_id: filled('a+', size), exam_id: [filled('９', size)] })),
  (size) => ({ type: 'application/x-www-form-urlencoded', text: filled('a&', size) }),
  (size) => ({ type: 'application/x-www-form-urlencoded', text: filled('%zz=%00&', size) }),
  (size) => ({ type: 'multipart/form-data; boundary=b', text: filled('--b\r\nX: y\r\n\r\n\r\n', size) }),
  (size) => ({ type: 'multipart/form-data; boundary=b', text: `--b\r\n${filled('A: b\r\n', size)}\r\n--b--\r\n` }),
  (size) => ({ type: 'application/json; charset=utf-16le', text: filled('{\0}\0,\0', size) }),
  (size) => ({ type: 'application/json; charset=shift_jis', text: filled('\u0081', size) }),
];

/** The same bodies for all routes: each kind in each size, and the largest one. */
const bodies = Array.from({ length: count }, (_, index) =>
  index === 0 ? kinds[1]!(10_000_000) : kinds[index % kinds.length]!(random.pick(sizes)),
);

const known: Record<string, string> = { courseId, contentId: contentId('midterm'), examId: '1', attemptId: '1' };

async function send(method: string, url: string, { type, text }: Body, token: string | undefined) {
  const authorization = token === undefined ? {} : { authorization: `JWT ${token}` };
  const headers = { 'content-type': type, ...authorization };
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const answer = await service.app.inject({ method: method as 'PUT', url, headers, payload: text });
  await pause(6);
  delay.disable();
  return { status: answer.statusCode, blockedMs: delay.max / 1e6 };
}

it('no body fails, and none keeps the others waiting', async () => {
  const document = (await service.request(undefined, 'GET', '/docs-json')).body;
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations as object)
      .filter((method) => path.startsWith('/api/') && method !== 'get')
      .map((method) => ({
        method: method.toUpperCase(),
        url: path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(known[name] ?? '77')),
      })),
  );
  expect(routes.length).toBeGreaterThan(15);
  const wrong: string[] = [];
  for (const { method, url } of routes)
    for (const [index, body] of bodies.entries()) {
      const token = random.pick(tokens);
      let { status, blockedMs } = await send(method, url, body, token);
      // Another process may have had the processor: what really blocks does so each time.
      for (let again = 0; again < 3 && blockedMs > longestMs; again++)
        ({ status, blockedMs } = await send(method, url, body, token));
      if (status >= 500 || blockedMs > longestMs)
        wrong.push(`${method} ${url} body ${index}: ${status} after ${Math.round(blockedMs)} ms`);
    }
  expect(wrong).toEqual([]);
}, 300_000);
