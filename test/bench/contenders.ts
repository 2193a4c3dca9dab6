import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { signToken } from '#configuration';
import { Child, freePort } from '../conformance/child.js';
import { installation, script } from '../conformance/reference.js';
import { send } from '../conformance/server.js';
import type { TestDatabase } from '../support/database.js';
import { secretsOfSplitRoles } from '../support/split-roles.js';

export type Learner = { id: number; username: string; is_staff?: boolean };

/** A server under load. */
export type Contender = {
  name: string;
  port: number;
  /** The process of the server. Its child processes belong to the server, too. */
  pid: number;
  /** The name of its database. */
  database: string;
  /** The headers that name the caller. */
  credentials(learner: Learner): Promise<Record<string, string>>;
  seed(roster: object): Promise<void>;
  stop(): Promise<void>;
};

/** Starts the built service as one process on a migrated database. */
export async function startService(dir: string, name: string, database: TestDatabase): Promise<Contender> {
  const secret = 'a secret of the benchmark, long enough for HS256';
  const issued = { audience: 'exam-proctoring', issuer: 'bench' };
  const port = await freePort();
  const child = new Child(name, dir, [process.execPath, 'dist/apps/main.js'], {
    HOST: '127.0.0.1',
    PORT: String(port),
    ROLE: 'api',
    ...database.environment,
    DATA_DIR: join(dir, name),
    ...secretsOfSplitRoles(dir),
    JWT_SECRET: secret,
    JWT_AUDIENCE: issued.audience,
    JWT_ISSUER: issued.issuer,
    LOG_LEVEL: 'warn',
  });
  await child.answers(port, '/health/ready');
  const credentials = async ({ id, username, is_staff = false }: Learner) => {
    const claims = {
      user_id: id,
      preferred_username: username,
      email: `${username}@example.org`,
      administrator: is_staff,
      scopes: is_staff ? ['roster:rights'] : [],
    };
    return { Authorization: `JWT ${await signToken(secret, claims, { expiresIn: '1d', ...issued })}` };
  };
  return {
    name,
    port,
    pid: pidOf(dir, name),
    database: new URL(database.url).pathname.slice(1),
    credentials,
    seed: async (roster) =>
      request(
        port,
        'PUT',
        '/api/lms/v1/roster',
        await credentials({ id: 1, username: 'staff', is_staff: true }),
        roster,
      ),
    stop: () => child.stop(),
  };
}

/** Starts the installed reference with two gunicorn workers on a new database of the same PostgreSQL. */
export async function startReference(
  dir: string,
  admin: pg.Pool,
  server: string,
  name = 'reference',
): Promise<Contender> {
  const database = name;
  const home = join(dir, name);
  mkdirSync(home);
  symlinkSync(join(installation, 'venv'), join(home, 'venv'));
  await admin.query(`create database "${database}"`);
  const port = await freePort();
  const child = new Child(name, dir, ['bash', script, 'serve'], {
    ORACLE_HOME: home,
    ORACLE_PORT: String(port),
    ORACLE_PROVIDER_PORT: String(await freePort()),
    ORACLE_DATABASE_URL: Object.assign(new URL(server), { pathname: `/${database}` }).href,
    ORACLE_WORKERS: '2',
    ORACLE_RECORD: '0',
  });
  await child.answers(port, '/_oracle/health');
  return {
    name,
    port,
    pid: pidOf(dir, name),
    database,
    credentials: async ({ username }) => ({ 'X-Oracle-User': username }),
    seed: (roster) => request(port, 'POST', '/_oracle/seed', {}, roster),
    stop: () => child.stop(),
  };
}

/** Sends a request that is not measured, and answers the body. */
export async function request(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: object,
): Promise<any> {
  const json = { ...headers, 'Content-Type': 'application/json' };
  const answer = await send(port, { method, path, headers: json, body: JSON.stringify(body) });
  if (answer.status !== 200) throw new Error(`${method} ${path} was answered ${JSON.stringify(answer)}`);
  return answer.body;
}

const pidOf = (dir: string, name: string): number => Number(readFileSync(join(dir, `${name}.pid`), 'utf8'));
