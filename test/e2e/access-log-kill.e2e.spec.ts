import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../libs/event-store/src/testing.js';
import type { Child } from '../conformance/child.js';
import { openStartableDatabase } from '../support/database.js';
import { shared } from '../support/hooks.js';
import { openCourse, people, root, tokenOf } from '../support/service.js';
import { startServiceProcess } from '../support/service-process.js';
import { secretsOfSplitRoles } from '../support/split-roles.js';

const folder = mkdtempSync(join(tmpdir(), 'proctoring-access-log-'));

const service = shared(async () => openCourse({ midterm: {} }, { database: await openStartableDatabase() }));
let child: Child;
let port: number;
let token: string;

beforeAll(async () => {
  token = await tokenOf(people.staff);
});
beforeEach(async () => {
  const environment = { ROLE: 'api', ...service.database.environment, ...secretsOfSplitRoles(folder) };
  ({ child, port } = await startServiceProcess('api', folder, environment));
});
afterEach(() => child.stop());
afterAll(() => rmSync(folder, { recursive: true }));

/** Staff grant an allowance with a new key, so that each request adds an event. */
const grants = (requestId: string) =>
  fetch(`http://127.0.0.1:${port}${root}/allowance`, {
    method: 'PUT',
    headers: { authorization: `JWT ${token}`, 'content-type': 'application/json', 'x-request-id': requestId },
    body: JSON.stringify({ exam_id: service.exams.midterm, user_info: 'alice', key: requestId, value: 'x' }),
  }).catch(() => undefined);
const requestsIn = async (text: string) =>
  (await service.database.owner.query(`select distinct id from (${text}) as found (id) where id like 'kill-%'`)).rows
    .map(({ id }) => id)
    .sort();
const written = () => requestsIn(`select metadata->>'requestId' from events`);
const recorded = () => requestsIn('select request_id from access_log');

it('a process that is killed while it cannot write the access log has changed nothing', async () => {
  const client = await service.database.owner.connect();
  try {
    await client.query('begin');
    await client.query('lock table access_log in share mode');
    const request = grants('kill-waiting');
    await until('the request waits for the access log', async () => {
      const waiting = `select from pg_locks where relation = 'access_log'::regclass and not granted`;
      return (await service.database.owner.query(waiting)).rowCount! > 0;
    });
    child.kill();
    await request;
  } finally {
    await client.query('rollback');
    client.release();
  }
  expect(await written()).toEqual([]);
});

it('whenever a process is killed, each change that it made has an entry in the access log', async () => {
  let sent = 0;
  let isKilled = false;
  const keepGranting = async () => {
    while (!isKilled) await grants(`kill-${++sent}`);
  };
  const senders = Array.from({ length: 10 }, keepGranting);
  await until('some changes are written', async () => (await written()).length > 20);
  child.kill();
  isKilled = true;
  await Promise.all(senders);
  const changes = await written();
  expect(await recorded()).toEqual(expect.arrayContaining(changes));
});
