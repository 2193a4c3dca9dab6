import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../libs/event-store/src/testing.js';
import type { Child } from '../conformance/child.js';
import { openStartableDatabase, type TestDatabase } from '../support/database.js';
import { people, tokenOf } from '../support/service.js';
import { startServiceProcess } from '../support/service-process.js';
import { secretsOfSplitRoles } from '../support/split-roles.js';

let database: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'proctoring-rolling-'));
const proxy = createServer();
beforeAll(async () => {
  database = await openStartableDatabase();
});
afterAll(async () => {
  proxy.close();
  await Promise.all(backends.map(({ child }) => child.stop()));
  await database.close();
  rmSync(folder, { recursive: true });
});

type Backend = { child: Child; port: number; isReady: boolean; failedChecks: number; served: number };
const backends: Backend[] = [];
/** It keeps connections open, as a proxy does. */
const agent = new Agent({ keepAlive: true });

async function startBackend(name: string) {
  const environment = { ROLE: 'api', DRAIN_DELAY: '4', ...database.environment, ...secretsOfSplitRoles(folder) };
  const { child, port } = await startServiceProcess(name, folder, environment);
  backends.push({ child, port, isReady: true, failedChecks: 0, served: 0 });
}

const get = (port: number, path: string, headers: object = {}) =>
  new Promise<IncomingMessage>((resolve, reject) =>
    request({ port, host: '127.0.0.1', path, agent, headers: headers as Record<string, string> }, resolve)
      .on('error', reject)
      .end(),
  );

/** Starts a proxy. It sends each request once, to the next backend that is ready: one of its last three checks was good. */
function startProxy() {
  let turn = 0;
  proxy.on('request', async ({ url, headers }, response) => {
    const ready = backends.filter(({ isReady }) => isReady);
    const backend = ready[turn++ % ready.length];
    try {
      const { authorization } = headers;
      const answer = await get(backend.port, url!, { authorization });
      backend.served++;
      response.writeHead(answer.statusCode!);
      answer.pipe(response);
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  });
  proxy.listen(0, '127.0.0.1');
  return setInterval(async () => {
    for (const backend of backends) {
      const answer = await get(backend.port, '/health/ready').catch(() => undefined);
      answer?.resume();
      backend.failedChecks = answer?.statusCode === 200 ? 0 : backend.failedChecks + 1;
      backend.isReady = backend.failedChecks < 3;
    }
  }, 100);
}

it('no request fails at a proxy that watches readiness when one of two processes stops', async () => {
  await Promise.all([startBackend('one'), startBackend('two')]);
  const watching = startProxy();
  const headers = { authorization: `JWT ${await tokenOf(people.alice)}` };
  const failures: unknown[] = [];
  let sent = 0;
  const requests: Promise<unknown>[] = [];
  const poll = async () => {
    const { port } = proxy.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/api/edx_proctoring/v1/proctored_exam/attempt`, { headers });
    const text = await answer.text();
    if (answer.status !== 200) failures.push(`${answer.status} ${text}`);
  };
  const arriving = setInterval(() => {
    sent++;
    requests.push(poll().catch((error) => failures.push(error)));
  }, 10);
  try {
    const [one, two] = backends;
    await until('both serve', () => one.served > 20 && two.served > 20);
    const stopped = one.child.stop();
    await until('one is not ready', () => !one.isReady);
    const live = await get(one.port, '/health/live');
    live.resume();
    expect([live.statusCode, live.headers.connection]).toEqual([200, 'close']);
    await stopped;
    expect(await one.child.ended()).toBe(0);
    const before = two.served;
    await until('the other serves all', () => two.served > before + 50);
    expect(two.isReady).toBe(true);
  } finally {
    clearInterval(arriving);
    clearInterval(watching);
    await Promise.all(requests);
  }
  expect(sent).toBeGreaterThan(100);
  expect(failures).toEqual([]);
});
