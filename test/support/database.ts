import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate, poolOptions } from '../../libs/configuration/src/index.js';
import { Database as Pool } from '../../libs/connections/src/index.js';

/** A fresh, migrated database in the server named by TEST_DATABASE_URL, which the global setup starts when it is not set. */
export async function openDatabase() {
  return openCopyOf(await migratedTemplate(process.env.TEST_DATABASE_URL!));
}

/** One that the whole service can be started on. The others use the roles of the database that they are copies of. */
export async function openStartableDatabase() {
  return openCopyOf(await migratedTemplate(process.env.TEST_DATABASE_URL!), migrateWithLogins);
}

/** A database that `prepare` fills. */
export const openDatabaseWith = (prepare: (urls: Urls) => Promise<void>) => openCopyOf('template0', prepare);

type Urls = ReturnType<typeof urlsOf>;

async function openCopyOf(template: string, prepare = async (_: Urls) => {}) {
  const server = process.env.TEST_DATABASE_URL!;
  const name = `test_${randomBytes(8).toString('hex')}`;
  await once(server, `create database ${name} template ${template}`);
  // A copied database still lacks what its template revoked.
  await once(server, `revoke temporary on database ${name} from public`);
  const urls = urlsOf(server, name);
  await prepare(urls);
  const owner = new Pool({ connectionString: urls.owner, max: 5 });
  const pool = new Pool(poolOptions(urls.both, { max: 20 }));
  for (const each of [pool, owner]) each.on('error', () => {}); // connections that a test ends on purpose
  return {
    /** By a user that is both the API's and the worker's, as with one DATABASE_URL for everything. */
    url: urls.both,
    pool,
    urls,
    /** The connections of a process with everything. */
    environment: {
      DATABASE_URL: urls.api,
      WORKER_DATABASE_URL: urls.worker,
      MIGRATION_DATABASE_URL: urls.owner,
    },
    /** For what only the owner of the tables can do: attacks, repairs. */
    owner,
    /** Moves the time of decisions by an interval. A process sees it when its clock synchronizes next. */
    moveClock: (by: string) => owner.query(decisionTime(`at + interval '${by}'`)),
    /** Stops it at an instant. */
    stopClock: (at: string) => owner.query(decisionTime(`timestamptz '${at}'`)),
    async close() {
      await Promise.all([pool.end(), owner.end()]);
      const { rows } = await once(server, `select oid from pg_database where datname = '${name}'`);
      await once(server, `drop database ${name} with (force)`);
      for (const use of ['api', 'worker']) await once(server, `drop role if exists proctoring_${use}_${rows[0].oid}`);
    },
  };
}

/** The users of the service at a database, as in real use, and one that is both. */
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

/** Migrates a database, with its users. */
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

export type Database = Awaited<ReturnType<typeof openDatabase>>;

/** Made once per server and set of migrations, by whichever worker comes first. */
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
