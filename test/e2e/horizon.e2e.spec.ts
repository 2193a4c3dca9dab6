import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { until } from '../../libs/event-store/src/testing.js';
import { openCourse } from '../support/service.js';

let service: Awaited<ReturnType<typeof openCourse>>;
let other: pg.Client;
const name = `other_${randomBytes(4).toString('hex')}`;

beforeAll(async () => {
  service = await openCourse({});
  await service.database.owner.query(`create database ${name}`);
  const url = Object.assign(new URL(service.database.urls.owner), { pathname: `/${name}` }).href;
  other = new pg.Client({ connectionString: url, application_name: 'nightly import' });
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await service.database.owner.query(`drop database ${name}`);
  await service.close();
});

/** Whether all events are before the visibility horizon. */
const allAreRead = async () =>
  (
    await service.query('select bool_and(transaction_id < pg_snapshot_xmin(pg_current_snapshot())) as read from events')
  )[0].read;
const openTransactions = async () => (await service.request(undefined, 'GET', '/health/ready')).body.openTransactions;
const metrics = async (): Promise<string> => (await service.request(undefined, 'GET', '/metrics')).body;

it('a prepared transaction of another database of the server holds back readers of the log, and health names it', async () => {
  await other.query(`begin; create table copied (id int); prepare transaction '${name} copy'`);
  await service.publish({ midterm: {} });
  expect(await allAreRead()).toBe(false);
  const transaction = { database: name, pid: null, gid: `${name} copy`, application: null };
  expect(await openTransactions()).toContainEqual({ ...transaction, seconds: expect.any(Number) });
  expect(await metrics()).toMatch(
    new RegExp(`proctoring_open_transaction_seconds{database="${name}",application="",pid="",gid="${name} copy"}`),
  );
  await other.query(`rollback prepared '${name} copy'`);
  await until('readers of the log go on', allAreRead);
});

it('so does an open transaction of another database', async () => {
  await other.query('begin; create table copied (id int)');
  await service.publish({ final: {} });
  expect(await allAreRead()).toBe(false);
  const { rows } = await other.query('select pg_backend_pid() as pid');
  const transaction = { database: name, ...rows[0], gid: null, application: 'nightly import' };
  await until('the transaction is named', async () =>
    (await openTransactions()).some(
      ({ database, pid }: { database: string; pid: number }) => database === name && pid === rows[0].pid,
    ),
  );
  expect(await openTransactions()).toContainEqual({ ...transaction, seconds: expect.any(Number) });
  await other.query('rollback');
  await until('readers of the log go on', allAreRead);
});
