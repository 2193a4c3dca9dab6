import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { send } from './requests.js';

type Answer = { status: number; retryAfter?: number } | 'none';
let plan: Answer[] = [];
let requests = 0;
const server = createServer((request, response) => {
  requests++;
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

/** The pauses before retries, in milliseconds. The tests skip them. */
let pauses: number[] = [];
beforeEach(() => {
  requests = 0;
  pauses = [];
  jest.spyOn(globalThis, 'setTimeout').mockImplementation(((resume: () => void, pauseMs: number) => {
    pauses.push(pauseMs);
    setImmediate(resume);
  }) as typeof setTimeout);
});
afterEach(() => jest.restoreAllMocks());

const busy = { status: 503, retryAfter: 1 };

it('a submit is repeated until it succeeds, if the service is busy, a proxy times out or the connection breaks', async () => {
  plan = ['none', { status: 504 }, busy];
  expect(await send('PUT', url, { action: 'submit' })).toEqual({ exam_attempt_id: 7 });
  expect(requests).toBe(4);
  expect(pauses.map((pauseMs) => pauseMs >= 1_000 && pauseMs <= 3_000)).toEqual([true, true, true]);
});

it('polls are repeated after Retry-After, and not all at the same time', async () => {
  plan = Array(8).fill(busy);
  await Promise.all(Array.from({ length: 8 }, () => send('GET', url)));
  expect(requests).toBe(16);
  expect(pauses.filter((pauseMs) => pauseMs >= 1_000 && pauseMs <= 1_500)).toHaveLength(8);
  expect(new Set(pauses).size).toBe(8);
});

it('a start is repeated if the service is busy, but not if its outcome is unknown', async () => {
  plan = [busy];
  expect(await send('PUT', url, { action: 'start' })).toEqual({ exam_attempt_id: 7 });
  plan = ['none'];
  await expect(send('PUT', url, { action: 'start' })).rejects.toThrow('PUT');
  expect(requests).toBe(3);
});

it('a refusal is thrown at once', async () => {
  plan = [{ status: 400 }];
  await expect(send('PUT', url, { action: 'submit' })).rejects.toThrow('HTTP 400 Please try again.');
  expect(requests).toBe(1);
});
