import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { until } from '../../libs/event-store/src/testing.js';
import { freePort } from '../conformance/child.js';

type Connection = { query(statement: string, values?: unknown[]): Promise<unknown>; end(): Promise<void> };
const driver: string = 'mysql2/promise';
const connect = async (options: object): Promise<Connection> => (await import(driver)).createConnection(options);

/** Debian: apt-get install mariadb-server. Without it, tests of MySQL's dialect are skipped, unless CI is set. */
export const hasMariadb = existsSync('/usr/sbin/mariadbd') || Boolean(process.env.CI);

/** An empty MariaDB server with a database `edxapp`. */
export async function startMariadb() {
  const folder = mkdtempSync(join(tmpdir(), 'mariadb-'));
  // Root must start the server as another user.
  const asUser = process.getuid?.() === 0 ? ['--user=mysql'] : [];
  const data = [`--datadir=${folder}/data`];
  if (asUser.length > 0) spawnSync('chown', ['mysql', folder]);
  const installing = [
    '--no-defaults',
    ...asUser,
    ...data,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ];
  const installed = spawnSync('mariadb-install-db', installing, { encoding: 'utf8' });
  if (installed.status !== 0) throw new Error(`mariadb-install-db: ${installed.stderr ?? installed.error}`);
  const port = await freePort();
  const address = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${folder}/s`, '--skip-log-bin'];
  const server = spawn('/usr/sbin/mariadbd', ['--no-defaults', ...asUser, ...data, ...address], { stdio: 'ignore' });
  const url = `mysql://root@127.0.0.1:${port}/edxapp`;
  await until('MariaDB answers', async () => {
    const connection = await connect({ host: '127.0.0.1', port, user: 'root' }).catch(() => undefined);
    await connection?.query('create database if not exists edxapp character set utf8mb4');
    await connection?.end();
    return connection !== undefined;
  });
  return {
    url,
    async query(statement: string) {
      const connection = await connect({ uri: url });
      await connection.query(statement).finally(() => connection.end());
    },
    async close() {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const typeOf: { [postgres: string]: string } = {
  integer: 'int',
  bigint: 'bigint',
  boolean: 'tinyint(1)',
  text: 'longtext',
  'timestamp with time zone': 'datetime(6)',
  bytea: 'longblob',
};

/** Copies tables of PostgreSQL, with the types that Django gives their columns in MySQL. */
export async function copyToMysql(from: string, to: string, tables: readonly string[]) {
  const source = new pg.Client(from);
  const target = await connect({ uri: to, timezone: 'Z' });
  await source.connect();
  await source.query(`set timezone to 'UTC'`);
  for (const table of tables) {
    const { rows: columns } = await source.query(
      `select column_name as name, data_type as type, character_maximum_length as length from information_schema.columns
        where table_name = $1 order by ordinal_position`,
      [table],
    );
    if (columns.length === 0) continue;
    const definitions = columns.map(
      ({ name, type, length }) => `\`${name}\` ${type === 'character varying' ? `varchar(${length})` : typeOf[type]}`,
    );
    await target.query(`drop table if exists \`${table}\``);
    await target.query(`create table \`${table}\` (${definitions})`);
    // As text, so that times keep their microseconds.
    const texts = columns.map(({ name, type }) => {
      if (type === 'timestamp with time zone') return `to_char("${name}", 'YYYY-MM-DD HH24:MI:SS.US') as "${name}"`;
      return type === 'boolean' ? `"${name}"::int` : `"${name}"`;
    });
    const { rows } = await source.query({ text: `select ${texts} from ${table}`, rowMode: 'array' });
    if (rows.length > 0) await target.query(`insert into \`${table}\` values ?`, [rows]);
  }
  await source.end();
  await target.end();
}
