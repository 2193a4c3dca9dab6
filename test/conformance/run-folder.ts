import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, stopPostgres } from '../../libs/configuration/src/embedded-postgres.js';

/** Says in one line why a program cannot run on this machine. */
export class CannotRun extends Error {}

/**
 * Runs `work` in a fresh folder of `.data/<name>`. At the end, also on SIGINT and SIGTERM, it calls `beforeEnd`, ends the
 * servers that have a .pid file in the folder, and removes the folder. It first does the same for killed runs.
 */
export async function runInFolder(name: string, work: (dir: string) => Promise<void>, beforeEnd = async () => {}) {
  const runs = resolve('.data', name);
  const dir = join(runs, String(process.pid));
  let ending: Promise<void> | undefined;
  const end = () => {
    ending ??= beforeEnd().finally(() => endServers(dir));
    return ending;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end().finally(() => process.exit(130)));
  try {
    const left = existsSync(runs) ? readdirSync(runs).filter((pid) => !isAlive(Number(pid))) : [];
    for (const pid of left) await endServers(join(runs, pid));
    mkdirSync(dir, { recursive: true });
    await work(dir);
  } catch (error) {
    if (ending) await ending; // the work failed because its servers ended
    console.error(error instanceof CannotRun ? error.message : error);
    process.exitCode = error instanceof CannotRun ? 2 : 1;
  } finally {
    await end();
  }
}

/** Ends the servers of a run and removes its files. */
async function endServers(dir: string): Promise<void> {
  if (!existsSync(dir)) return;
  const files = readdirSync(dir).filter((name) => name.endsWith('.pid'));
  const pids = files.map((file) => Number(readFileSync(join(dir, file), 'utf8'))).filter((pid) => belongsTo(dir, pid));
  for (const pid of pids) process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + 10_000;
  while (pids.some(isAlive) && Date.now() < deadline) await pause(50);
  for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL');
  await stopPostgres(join(dir, 'postgres'));
  rmSync(dir, { recursive: true, force: true });
}

/** Another process may have this number by now. */
function belongsTo(dir: string, pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(dir);
  } catch {
    return false;
  }
}
