import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrate, poolOptions } from '../../libs/configuration/src/index.js';

/** A fresh, migrated database in the server named by TEST_DATABASE_URL, which the global setup starts when it is not set. */
export async function openDatabase() {
  return openCopyOf(await migratedTemplate(process.env.TEST_DATABASE_URL!));
}

/** A database that `prepare` fills. */
export const openDatabaseWith = (prepare: (url: string) => Promise<void>) => openCopyOf('template0', prepare);

async function openCopyOf(template: string, prepare = async (_: string) => {}) {
  const server = process.env.TEST_DATABASE_URL!;
  const name = `test_${randomBytes(8).toString('hex')}`;
  await once(server, `create database ${name} template ${template}`);
  const url = within(server, name);
  await prepare(url);
  const owner = new pg.Pool({ connectionString: url, max: 5 });
  const pool = new pg.Pool(poolOptions(url, { max: 20 }));
  for (const each of [pool, owner]) each.on('error', () => {}); // connections that a test ends on purpose
  return {
    url,
    pool,
    owner,
    /** Moves the time of decisions by an interval. A process sees it when its clock synchronizes next. */
    moveClock: (by: string) => owner.query(decisionTime(`at + interval '${by}'`)),
    /** Stops it at an instant. */
    stopClock: (at: string) => owner.query(decisionTime(`timestamptz '${at}'`)),
    async close() {
      await Promise.all([pool.end(), owner.end()]);
      await once(server, `drop database ${name} with (force)`);
    },
  };
}

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
    await migrate(within(server, draft));
    await client.query(`alter database ${draft} rename to ${template}`);
    return template;
  } finally {
    await client.end();
  }
}

async function once(server: string, statement: string) {
  const client = new pg.Client(server);
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

const within = (server: string, database: string) => Object.assign(new URL(server), { pathname: `/${database}` }).href;
