import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, stopPostgres } from '../../libs/configuration/src/embedded-postgres.js';

/** Ends all servers of a run, this one or one that was killed, and takes their files away. */
export async function endAll(dir: string): Promise<void> {
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

/** Another process may have the number by now. */
function belongsTo(dir: string, pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(dir);
  } catch {
    return false;
  }
}
