import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';

// The unit of time in /proc is the same on all architectures of Node.
const ticksPerSecond = 100;

type Used = { parent: number; seconds: number };

/** The CPU seconds that all threads of a process have used so far; undefined if the process has ended. */
function usedBy(pid: number): Used | undefined {
  try {
    // The name in parentheses may contain spaces. The numbers after it are the fields from 3 on, see proc(5).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond };
  } catch {
    return undefined;
  }
}

/** The same for a server and its child processes. Children of this process do not count: they are the contenders. */
function usedByServer(root: number): number {
  if (root === process.pid) return usedBy(root)!.seconds;
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const processes = new Map(
    pids.flatMap((pid) => {
      const used = usedBy(pid);
      return used ? [[pid, used]] : [];
    }),
  );
  const belongs = (pid: number): boolean => pid === root || (processes.has(pid) && belongs(processes.get(pid)!.parent));
  return [...processes].reduce((sum, [pid, { seconds }]) => sum + (belongs(pid) ? seconds : 0), 0);
}

/** The CPU seconds of the connections to a database, by process. */
async function usedByBackends(admin: pg.Pool, database: string): Promise<Map<number, number>> {
  const text = `select pid from pg_stat_activity where datname = $1 and backend_type = 'client backend'`;
  const { rows } = await admin.query(text, [database]);
  return new Map(rows.map(({ pid }) => [pid, usedBy(pid)?.seconds ?? 0]));
}

/** The CPU seconds that a server, or this process, and its connections to `database` use during `work`. */
export async function metered<T>(admin: pg.Pool, server: number, database: string, work: () => Promise<T>) {
  const [ownBefore, before] = [usedByServer(server), await usedByBackends(admin, database)];
  const result = await work();
  const [own, after] = [usedByServer(server) - ownBefore, await usedByBackends(admin, database)];
  const backends = [...after].reduce((sum, [pid, seconds]) => sum + seconds - (before.get(pid) ?? 0), 0);
  return { result, cpu: { server: own, backends } };
}
