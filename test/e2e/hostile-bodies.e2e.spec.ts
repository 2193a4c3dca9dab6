import { type IncomingMessage, Agent as KeptConnections, request as open } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Post } from '@nestjs/common';
import { createApplication } from '../../apps/api/src/api.js';
import { apiModule } from '../../apps/api/src/api.module.js';
import { Gate } from '../../apps/api/src/auth/authentication.js';
import { Random } from '../conformance/random.js';
import { isEndless } from '../support/everywhere.js';
import { shared } from '../support/hooks.js';
import { type Blocked, LivenessProbe } from '../support/liveness-probe.js';
import { contentId, courseId, openCourse, people, tokenOf } from '../support/service.js';

// Each route gets 100 requests that no client should send. Meanwhile /health/live must answer within 100 ms.

const { staff, alice } = people;
const seed = process.env.SEED ?? String(Date.now() % 1_000_000);
const random = new Random(seed);
const count = 100;
const longestMs = 100;
/** The number of requests between two looks at the probe. If the probe had to wait, each request is repeated alone. */
const atOnce = 10;

const service = shared(() => openCourse({ midterm: {} }));
let tokens: (string | undefined)[];
beforeAll(async () => {
  console.log(`Seed ${seed}`);
  tokens = [await tokenOf(staff), await tokenOf(alice), undefined];
  await service.app.listen(0, '127.0.0.1');
});

type Body = { type: string; text: string };
const sizes = [1_000, 1_000, 30_000, 30_000, 30_000, 250_000, 250_000, 1_000_000];
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

/** Hostile queries, headers and values in the path. The first line and the headers may have 16 KiB together. */
const long = 12_000;
const queries = [
  '',
  `page=${filled('9', long)}`,
  filled('a=1&', long),
  filled('%00&', long),
  filled('%zz=%ff&', long),
  `user_id=${filled('%EF%BC%91', long)}&course_id=${filled('a+', 900)}`,
  `text_search=${filled('%25_', 900)}`,
  `statuses=${filled('a,', 900)}&page=2`,
  `after=1.${filled('9', 19)}.${filled('9', 18)}`,
  `object=user:${filled('x', 900)}&from=${filled('2031-', 900)}&at=${filled('9', 900)}`,
];
const headers: Record<string, string>[] = [
  {},
  { accept: filled('text/html;q=0.1,', long) },
  { accept: filled('application/json;', long) },
  { 'accept-language': filled('de-x-a;q=0.5,', long) },
  { cookie: filled('a=b;', long) },
  { cookie: filled('edx-jwt-cookie-header-payload=a.b;', long), 'use-jwt-cookie': 'true' },
  { 'idempotency-key': filled('k', long), 'x-request-id': filled('@', 1_000), traceparent: filled('0', 1_000) },
  { 'if-none-match': filled('W/"a",', long), 'x-forwarded-for': filled('10.0.0.1,', 1_000) },
];
const pathValues = [
  undefined,
  filled('9', 250),
  filled('%D9%A3', 200),
  filled('a+', 250),
  filled('%25', 250),
  '-1',
  '%00',
];

type Attack = { body: Body; query: string; headers: Record<string, string>; value: string | undefined };
/** The requests for each route: all kinds of bodies, in random sizes, and one body of the largest size. */
const attacks: Attack[] = Array.from({ length: count }, (_, index) => ({
  body: index === 0 ? kinds[1]!(10_000_000) : kinds[index % kinds.length]!(random.pick(sizes)),
  query: random.pick(queries),
  headers: random.pick(headers),
  value: random.pick(pathValues),
}));

const known: Record<string, string> = { courseId, contentId: contentId('midterm'), examId: '1', attemptId: '1' };
const pathOf = (template: string, value?: string) =>
  template.replace(/\{(\w+)\}/g, (_, name) => value ?? encodeURIComponent(known[name] ?? '77'));

const agent = new KeptConnections({ keepAlive: true });
afterAll(() => agent.destroy());

type Sent = { method: string; path: string; headers?: Record<string, string>; body: Body };
/** Answers the status, or undefined if the connection ends without one. That may happen while a refused body is sent. */
function send(port: number, { method, path, headers, body }: Sent): Promise<number | undefined> {
  const length = String(Buffer.byteLength(body.text));
  const all = { ...headers, 'content-type': body.type, 'content-length': length };
  return new Promise((done) => {
    const sent = open({ host: '127.0.0.1', port, method, path, headers: all, agent });
    sent.on('error', () => done(undefined));
    sent.on('response', (answer: IncomingMessage) => answer.resume().on('close', () => done(answer.statusCode)));
    sent.end(body.text);
  });
}

/** Another process may have used the CPU. Only if all three figures are too long, the service itself blocked others. */
const wasBlocked = ({ waitMs, loopMs, cpuMs }: Blocked) => Math.min(waitMs, loopMs, cpuMs) > longestMs;

/** Sends requests and answers the faults that it finds. */
async function faultsOf(probe: LivenessProbe, port: number, requests: readonly Sent[]): Promise<string[]> {
  const failed: string[] = [];
  const sendAll = (some: readonly Sent[]) =>
    probe.during(async () => {
      for (const each of some) {
        const status = await send(port, each);
        if (status !== undefined && status >= 500) failed.push(`${nameOf(each)}: ${status}`);
      }
    });
  for (let first = 0; first < requests.length; first += atOnce) {
    const some = requests.slice(first, first + atOnce);
    if ((await sendAll(some)).waitMs <= longestMs) continue;
    for (const each of some) {
      let blocked = await sendAll([each]);
      for (let again = 0; again < 3 && wasBlocked(blocked); again++) blocked = await sendAll([each]);
      if (wasBlocked(blocked)) failed.push(`${nameOf(each)}: /health/live waited ${Math.round(blocked.waitMs)} ms`);
    }
  }
  return failed;
}

const nameOf = ({ method, path, body }: Sent) =>
  `${method} ${path.slice(0, 150)} ${body.type} ${body.text.slice(0, 40)} (${body.text.length})`;

it('no request ends in an error of the service or delays /health/live', async () => {
  const { port } = service.app.getHttpServer().address() as AddressInfo;
  const document = (await service.request(undefined, 'GET', '/docs-json')).body;
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations as object)
      .filter(([, operation]) => !isEndless(operation))
      .map(([method]) => ({ path, method: method.toUpperCase() })),
  );
  expect(routes.filter(({ method }) => method === 'GET').length).toBeGreaterThan(20);
  expect(routes.filter(({ method }) => method !== 'GET').length).toBeGreaterThan(15);
  const probe = new LivenessProbe(`http://127.0.0.1:${port}`);
  const faults: string[] = [];
  for (const { method, path } of routes) {
    const requests = attacks.map(({ body, query, headers, value }) => {
      const token = random.pick(tokens);
      const authorization: Record<string, string> = token === undefined ? {} : { authorization: `JWT ${token}` };
      return { method, path: `${pathOf(path, value)}?${query}`, headers: { ...headers, ...authorization }, body };
    });
    faults.push(...(await faultsOf(probe, port, requests)));
  }
  await probe.close();
  expect(faults).toEqual([]);
}, 900_000);

@Controller('slow')
class SlowController {
  @Post()
  @Gate('anyone')
  block() {
    // It blocks for CPU time, because on a busy machine time passes without this process.
    for (const before = process.cpuUsage(); process.cpuUsage(before).user < 1_500 * longestMs; );
  }
}

it('a route that blocks is noticed', async () => {
  const { configuration, database } = service;
  const module = apiModule(configuration, database.url);
  const app = await createApplication({ ...module, controllers: [SlowController] }, configuration);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const probe = new LivenessProbe(`http://127.0.0.1:${port}`);
  const request = { method: 'POST', path: '/slow', body: json('{}') };
  expect(await faultsOf(probe, port, [request])).toEqual([expect.stringMatching(/health.live waited [1-9]\d\d/)]);
  await probe.close();
  await app.close();
}, 120_000);
