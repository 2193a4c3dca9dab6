import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { send } from './requests.js';

type Answer = { status: number; retryAfter?: number } | 'none';
let plan: Answer[] = [];
/** When each request came, in milliseconds. */
let came: number[] = [];
const server = createServer((request, response) => {
  came.push(performance.now());
  const answer = plan.shift() ?? { status: 200 };
  if (answer === 'none') return void request.socket.destroy();
  const { status, retryAfter } = answer;
  response.writeHead(status, retryAfter === undefined ? {} : { 'Retry-After': retryAfter });
  response.end(JSON.stringify(status === 200 ? { exam_attempt_id: 7 } : { detail: 'Please try again.' }));
});
let url: string;
beforeAll(async () => {
  Object.assign(globalThis, { document: { cookie: '' } });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/attempt/7`;
});
afterAll(() => void server.close());
beforeEach(() => {
  came = [];
});

const busy = { status: 503, retryAfter: 1 };

it('a submit is repeated until it succeeds, if the service is busy, a proxy times out or the connection breaks', async () => {
  plan = ['none', { status: 504 }, busy];
  expect(await send('PUT', url, { action: 'submit' })).toEqual({ exam_attempt_id: 7 });
  expect(came).toHaveLength(4);
});

it('a poll is repeated not before Retry-After, and not at the same time as all others', async () => {
  plan = [busy];
  expect(await send('GET', url)).toEqual({ exam_attempt_id: 7 });
  expect(came[1] - came[0]).toBeGreaterThanOrEqual(1_000);
  came = [];
  plan = Array(8).fill(busy);
  await Promise.all(Array.from({ length: 8 }, () => send('GET', url)));
  const again = came.slice(8);
  expect(Math.max(...again) - Math.min(...again)).toBeGreaterThan(20);
});

it('a start is repeated if the service is busy, but not if its outcome is unknown', async () => {
  plan = [busy];
  expect(await send('PUT', url, { action: 'start' })).toEqual({ exam_attempt_id: 7 });
  plan = ['none'];
  await expect(send('PUT', url, { action: 'start' })).rejects.toThrow('PUT');
  expect(came).toHaveLength(3);
});

it('a refusal is thrown at once', async () => {
  plan = [{ status: 400 }];
  await expect(send('PUT', url, { action: 'submit' })).rejects.toThrow('HTTP 400 Please try again.');
  expect(came).toHaveLength(1);
});
