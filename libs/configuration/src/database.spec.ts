import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { until } from '../../event-store/src/testing.js';
import { checkMigrated, dataSourceOptions, migrate } from './database.js';
import type { Login } from './logins.js';

const server = new pg.Pool({ connectionString: process.env.TEST_DATABASE_URL, max: 1 });
const name = `empty_${randomBytes(8).toString('hex')}`;
const url = Object.assign(new URL(process.env.TEST_DATABASE_URL!), { pathname: `/${name}` }).href;

beforeAll(() => server.query(`create database ${name}`));
afterAll(async () => {
  await server.query(`drop database ${name} with (force)`);
  await server.end();
});

describe('an empty database', () => {
  it('is brought up to date once by replicas that start together, and again without effect', async () => {
    await Promise.all([migrate(url), migrate(url), migrate(url)]);
    await migrate(url);
  });

  it('is refused to the service as its owner, with what to set instead', async () => {
    await expect(new DataSource(dataSourceOptions(url)).initialize()).rejects.toThrow(
      /^The user postgres owns the tables .* set MIGRATION_DATABASE_URL to its address, and DATABASE_URL /,
    );
    await expect(checkMigrated(url)).rejects.toThrow('The user postgres owns the tables');
  });

  it('waits for another process that migrates it, says so, and stops waiting when the start is ended', async () => {
    const other = new pg.Client(url);
    await other.connect();
    await other.query(`select pg_advisory_lock(hashtext('exam-proctoring migrations'))`);
    const start = new AbortController();
    const said: string[] = [];
    const waiting = migrate(url, { signal: start.signal, say: (line) => said.push(line) }).catch(
      ({ message }) => message,
    );
    await until('the start says that it waits', () => said.length > 0);
    expect(said[0]).toMatch(/^Another process migrates the database \(server process \d+, from 127.0.0.1\)/);
    start.abort();
    expect(await waiting).toContain('aborted');
    await other.end();
  });
});

describe('deployments on one server', () => {
  const deployments: { user: string; database: string; url: string; logins: Login[] }[] = [];

  beforeEach(async () => {
    for (const _ of 'ab') {
      const user = `owner_${randomBytes(4).toString('hex')}`;
      await server.query(`create role ${user} login password 'secret'`);
      await server.query(`create database ${user}_exams owner ${user}`);
      const address = new URL(process.env.TEST_DATABASE_URL!);
      Object.assign(address, { username: user, password: 'secret', pathname: `/${user}_exams` });
      const login = Object.assign(new URL(address), { username: `${user}_login` }).href;
      deployments.push({ user, database: `${user}_exams`, url: address.href, logins: [{ url: login, use: 'api' }] });
    }
  });
  afterEach(async () => {
    for (const { user, database } of deployments.splice(0)) {
      const { rows } = await server.query(`select oid from pg_database where datname = '${database}'`);
      await server.query(`drop database ${database} with (force)`);
      await server.query(
        `drop role if exists ${user}_login, proctoring_api_${rows[0].oid}, proctoring_worker_${rows[0].oid}`,
      );
      await server.query(`drop role ${user}`);
    }
  });
  const asking = async (url: string, text: string) => {
    const client = new pg.Client(url);
    await client.connect();
    return client.query(text).finally(() => client.end());
  };
  const roleOf = async ({ url }: { url: string }) =>
    (await asking(url, `select 'proctoring_api_' || oid as role from pg_database where datname = current_database()`))
      .rows[0].role;

  it('tell an owner without the right to make roles which statements help, and work after them', async () => {
    const [{ user, url, logins }] = deployments;
    const role = await roleOf(deployments[0]);
    const told = await migrate(url, { logins }).catch(({ message }) => message);
    expect(told).toContain(`create role ${role} nologin;`);
    expect(told).toContain(`create role ${user}_login login password '…'; grant ${role} to ${user}_login`);
    expect(told).not.toContain('\n');
    await server.query(told.slice(told.indexOf('create role')).replace('…', 'secret'));
    await migrate(url, { logins });
    await worksAs(logins[0]);
  });

  it('have logins that the start makes, for owners that may make roles', async () => {
    const [{ user, url, logins }] = deployments;
    await server.query(`alter role ${user} createrole`);
    await migrate(url, { logins });
    await worksAs(logins[0]);
    await checkMigrated(logins[0].url);
    const wrong = Object.assign(new URL(logins[0].url), { password: 'guessed' }).href;
    await expect(asking(wrong, 'select 1')).rejects.toThrow('password');
  });

  it('are not started by a login alone before somebody migrated them', async () => {
    const [{ user, database }] = deployments;
    await server.query(`create role ${user}_login login password 'secret'`);
    const address = Object.assign(new URL(process.env.TEST_DATABASE_URL!), { pathname: `/${database}` });
    const login = Object.assign(address, { username: `${user}_login`, password: 'secret' }).href;
    await expect(checkMigrated(login)).rejects.toThrow('it must be migrated to this version first');
  });

  async function worksAs({ url }: Login) {
    const source = await new DataSource(dataSourceOptions(url)).initialize();
    const { username } = new URL(url);
    expect(await source.query('select current_user as me, count(*)::int as events from events')).toEqual([
      { me: username, events: 0 },
    ]);
    await expect(source.query('drop table events')).rejects.toThrow('must be owner of table events');
    await source.destroy();
  }

  it('are named a missing right to make tables', async () => {
    const [{ user, url, database }] = deployments;
    const address = Object.assign(new URL(process.env.TEST_DATABASE_URL!), { pathname: `/${database}` }).href;
    await asking(address, `alter schema public owner to postgres; alter role ${user} createrole`);
    await expect(migrate(url)).rejects.toThrow(`grant create on schema public to ${user};`);
  });

  it('cannot read each other, with owners that may make roles and are no superusers', async () => {
    for (const { user, url, logins } of deployments) {
      await server.query(`alter role ${user} createrole`);
      await migrate(url, { logins });
    }
    const [mine, others] = deployments;
    const neighbour = Object.assign(new URL(others.url), { username: mine.user }).href;
    await expect(asking(neighbour, 'select from events')).rejects.toThrow('permission denied');
    const login = Object.assign(new URL(others.url), { username: `${mine.user}_login` }).href;
    await expect(asking(login, 'select from events')).rejects.toThrow('permission denied for table events');
    await expect(asking(neighbour, `set role ${await roleOf(others)}`)).rejects.toThrow(
      'permission denied to set role',
    );
  });

  it('that begin with a copy of another database have a role of their own after the first start', async () => {
    const [original, copy] = deployments;
    await server.query(`alter role ${copy.user} createrole`);
    await server.query(`alter database ${original.database} owner to ${copy.user}`);
    const address = Object.assign(new URL(copy.url), { pathname: `/${original.database}` }).href;
    await migrate(address);
    const [first, second] = [await roleOf({ url: address }), await roleOf(copy)];
    await server.query(`drop database ${copy.database}`);
    await server.query(`create database ${copy.database} template ${original.database} owner ${copy.user}`);
    const role = await roleOf(copy);
    await migrate(copy.url);
    const { rows } = await asking(
      copy.url,
      `select has_table_privilege('${first}', 'events', 'select') as shared,
              has_table_privilege('${role}', 'events', 'select') as own`,
    );
    expect(rows).toEqual([{ shared: false, own: true }]);
    expect(new Set([first, second, role]).size).toBe(3);
  });
});

it.each([
  [
    'a server that is not there',
    'postgres://u:hunter2@127.0.0.1:1/exams',
    '127.0.0.1:1/exams cannot be used: connect ECONNREFUSED 127.0.0.1:1',
  ],
  ['a database that is not there', url.replace(name, 'nowhere'), 'database "nowhere" does not exist'],
])('%s is told in one line', async (_, address, message) => {
  const { message: told } = await migrate(address).then(
    () => new Error(),
    (error) => error,
  );
  expect(told).toContain(message);
  expect(told).not.toMatch(/hunter2|\n/);
});
