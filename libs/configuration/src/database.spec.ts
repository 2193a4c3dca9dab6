import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions, migrate } from './database.js';

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

  it('is then used as a role that owns nothing', async () => {
    const database = await new DataSource(dataSourceOptions(url)).initialize();
    expect(await database.query('select current_user as me')).toEqual([{ me: 'proctoring_app' }]);
    await expect(database.query('drop table events')).rejects.toThrow('must be owner of table events');
    await database.destroy();
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
