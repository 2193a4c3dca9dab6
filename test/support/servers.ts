import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres, stopPostgres } from '../../libs/configuration/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';

export type Server = { url: string; dataDir: string; stop(): Promise<void> };

const settings = { fsync: 'off', wal_keep_size: '64MB', max_connections: '200' };

/** A PostgreSQL server of its own; `stop` throws its data away. */
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

/** A standby that follows a running server. */
export async function standbyOf(primary: Server): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'proctoring-server-'));
  const cluster = join(dataDir, 'cluster');
  const client = new pg.Client(primary.url);
  await client.connect();
  try {
    await client.query(`select pg_backup_start('copy', true)`);
    mkdirSync(cluster);
    const leftOut = ['postmaster.pid', 'postmaster.opts', 'pg_replslot/*'].map((name) => `--exclude=./${name}`);
    // "File changed as we read it" is expected: the backup's WAL mends that.
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

/** It begins a timeline, as a restore does. */
export const promote = (standby: Server) => ask(standby.url, 'select pg_promote(true, 30)');

/** Waits until the standby has all that its primary has written so far. */
export async function caughtUp(primary: Server, standby: Server) {
  const [{ at }] = await ask(primary.url, 'select pg_current_wal_lsn()::text as at');
  const text = `select pg_last_wal_replay_lsn() >= '${at}' as "isThere"`;
  await until('the standby has caught up', async () => (await ask(standby.url, text))[0].isThere);
}

/** From now on the standby receives nothing: what the primary writes will be lost. */
export async function cutOff(standby: Server) {
  await ask(standby.url, `alter system set primary_conninfo = ''`);
  await ask(standby.url, 'select pg_reload_conf()');
  const receiving = 'select count(*)::int as receivers from pg_stat_wal_receiver';
  await until('the standby receives nothing', async () => (await ask(standby.url, receiving))[0].receivers === 0);
}

/** One address for a database whose server changes, as a name or a virtual address is. */
export async function addressOf(server: { url: string }) {
  let target = server.url;
  const open = new Set<Socket>();
  const listener = createServer((socket) => {
    const { hostname, port } = new URL(target);
    const upstream = connect(Number(port), hostname);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ]) {
      open.add(one);
      one.pipe(other);
      one
        .on('error', () => other.destroy())
        .on('close', () => {
          open.delete(one);
          other.destroy();
        });
    }
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    url: Object.assign(new URL(server.url), { port: String(port) }).href,
    leadTo(next: Server) {
      target = next.url;
      for (const socket of open) socket.destroy();
    },
    async close() {
      for (const socket of open) socket.destroy();
      listener.close();
      await pause(0);
    },
  };
}
