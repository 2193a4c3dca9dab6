import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate, poolOptions } from '../../libs/configuration/src/index.js';
import { Database } from '../../libs/connections/src/index.js';

/** Creates a fresh, migrated database in the server of TEST_DATABASE_URL. The global setup starts a server if it is not set. */
export async function openDatabase() {
  return openCopyOf(await migratedTemplate(process.env.TEST_DATABASE_URL!));
}

/** Creates a database with roles of its own, so that the whole service can start on it. Other copies use the template's roles. */
export async function openStartableDatabase() {
  return openCopyOf(await migratedTemplate(process.env.TEST_DATABASE_URL!), migrateWithLogins);
}

/** Creates an empty database and fills it by `prepare`. */
export const openDatabaseWith = (prepare: (urls: Urls) => Promise<void>) => openCopyOf('template0', prepare);

type Urls = ReturnType<typeof urlsOf>;

async function openCopyOf(template: string, prepare = async (_: Urls) => {}) {
  const server = process.env.TEST_DATABASE_URL!;
  const name = `test_${randomBytes(8).toString('hex')}`;
  await once(server, `create database ${name} template ${template}`);
  // A copy does not inherit this revocation of its template.
  await once(server, `revoke temporary on database ${name} from public`);
  const urls = urlsOf(server, name);
  await prepare(urls);
  const owner = new Database({ connectionString: urls.owner, max: 5 });
  const pool = new Database(poolOptions(urls.both, { max: 20 }));
  for (const each of [pool, owner]) each.on('error', () => {}); // a test may end these connections
  return {
    /** For a user with the rights of the API and of the worker, as with a single DATABASE_URL. */
    url: urls.both,
    pool,
    urls,
    /** The connection settings of a process that is API and worker. */
    environment: {
      DATABASE_URL: urls.api,
      WORKER_DATABASE_URL: urls.worker,
      MIGRATION_DATABASE_URL: urls.owner,
    },
    /** Connections of the owner of the tables, for attacks and repairs. */
    owner,
    /** Moves the time of decisions by an interval. A process sees this when its clock synchronizes next. */
    moveClock: (by: string) => owner.query(decisionTime(`at + interval '${by}'`)),
    /** Stops the time of decisions at an instant. */
    stopClock: (at: string) => owner.query(decisionTime(`timestamptz '${at}'`)),
    async close() {
      await Promise.all([pool.end(), owner.end()]);
      const { rows } = await once(server, `select oid from pg_database where datname = '${name}'`);
      await once(server, `drop database ${name} with (force)`);
      for (const use of ['api', 'worker']) await once(server, `drop role if exists proctoring_${use}_${rows[0].oid}`);
    },
  };
}

/** The addresses of a database for the API's user, the worker's user, a user that is both, and the owner. */
export function urlsOf(server: string, name: string) {
  const url = (username: string) =>
    Object.assign(new URL(server), { username, password: 'test', pathname: `/${name}` }).href;
  return {
    api: url('test_api'),
    worker: url('test_worker'),
    both: url('test_both'),
    owner: Object.assign(new URL(server), { pathname: `/${name}` }).href,
  };
}

/** Migrates a database and creates its users. */
export const migrateWithLogins = ({ api, worker, both, owner }: Urls) =>
  migrate(owner, {
    logins: [
      { url: api, use: 'api' },
      { url: worker, use: 'worker' },
      { url: both, use: 'api' },
      { url: both, use: 'worker' },
    ],
  });

const decisionTime = (is: string) =>
  `create or replace function decision_time(at timestamptz) returns timestamptz language sql stable as $$ select ${is} $$`;

export type TestDatabase = Awaited<ReturnType<typeof openDatabase>>;

/** The first jest worker creates the template, once for each server and set of migrations. */
async function migratedTemplate(server: string): Promise<string> {
  const hash = createHash('sha256');
  const folder = join(process.cwd(), 'migrations');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|sql)$/.test(file));
  for (const file of files.sort()) hash.update(readFileSync(join(folder, file)));
  const template = `template_${hash.digest('hex').slice(0, 16)}`;
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(7061, 3)');
    if ((await client.query('select from pg_database where datname = $1', [template])).rowCount) return template;
    const draft = `draft_${template}`;
    await client.query(`drop database if exists ${draft}`);
    await client.query(`create database ${draft}`);
    await migrateWithLogins(urlsOf(server, draft));
    await client.query(`alter database ${draft} rename to ${template}`);
    return template;
  } finally {
    await client.end();
  }
}

async function once(server: string, statement: string) {
  const client = new pg.Client(server);
  await client.connect();
  return client.query(statement).finally(() => client.end());
}
