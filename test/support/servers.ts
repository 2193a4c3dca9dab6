import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres, stopPostgres } from '../../libs/configuration/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';

export type Server = { url: string; dataDir: string; stop(): Promise<void> };

const settings = { fsync: 'off', wal_keep_size: '64MB', max_connections: '200' };

/** Starts a separate PostgreSQL server. `stop` throws its data away. */
export async function startServer(): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'proctoring-server-'));
  return serve(dataDir);
}

async function serve(dataDir: string): Promise<Server> {
  const { url } = await startPostgres({ dataDir, settings });
  const stop = async () => {
    await stopPostgres(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { url, dataDir, stop };
}

/** Starts a standby of a running server. */
export async function standbyOf(primary: Server): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'proctoring-server-'));
  const cluster = join(dataDir, 'cluster');
  const client = new pg.Client(primary.url);
  await client.connect();
  try {
    await client.query(`select pg_backup_start('copy', true)`);
    mkdirSync(cluster);
    const leftOut = ['postmaster.pid', 'postmaster.opts', 'pg_replslot/*'].map((name) => `--exclude=./${name}`);
    // tar may report "file changed as we read it". The WAL of the backup repairs such files.
    const copy = `tar -C "$0" ${leftOut.join(' ')} --warning=none -cf - . | tar -C "$1" -xpf -`;
    execFileSync('sh', ['-c', copy, join(primary.dataDir, 'cluster'), cluster]);
    const { rows } = await client.query('select labelfile from pg_backup_stop(true)');
    writeFileSync(join(cluster, 'backup_label'), rows[0].labelfile.trimEnd().concat('\n'));
  } finally {
    await client.end();
  }
  chmodSync(cluster, 0o700);
  const { hostname, port, username, password } = new URL(primary.url);
  const source = `host=${hostname} port=${port} user=${username} password=${password} application_name=copy`;
  appendFileSync(join(cluster, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
  writeFileSync(join(cluster, 'standby.signal'), '');
  return serve(dataDir);
}

export async function ask(url: string, statement: string): Promise<any[]> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  return client
    .query(statement)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

/** A promotion begins a new timeline, as a restore does. */
export const promote = (standby: Server) => ask(standby.url, 'select pg_promote(true, 30)');

/** Waits until the standby has replayed everything that its primary has written so far. */
export async function caughtUp(primary: Server, standby: Server) {
  const [{ at }] = await ask(primary.url, 'select pg_current_wal_lsn()::text as at');
  const text = `select pg_last_wal_replay_lsn() >= '${at}' as "isThere"`;
  await until('the standby has caught up', async () => (await ask(standby.url, text))[0].isThere);
}

/** The standby receives nothing from now on. It will not have later writes of the primary. */
export async function stopReplication(standby: Server) {
  await ask(standby.url, `alter system set primary_conninfo = ''`);
  await ask(standby.url, 'select pg_reload_conf()');
  const receiving = 'select count(*)::int as receivers from pg_stat_wal_receiver';
  await until('the standby receives nothing', async () => (await ask(standby.url, receiving))[0].receivers === 0);
}
