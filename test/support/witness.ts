import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../conformance/child.js';

const program = 'dist/apps/witness/src/main.js';
if (!existsSync(program)) throw new Error(`${program} is missing: npm test builds it, and so does npm run build`);

/** A witness as a process of its own, which a test kills, freezes and starts again with the same port and files. */
export async function witnessProcess(name: string, logs: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'proctoring-witness-'));
  const port = await freePort();
  const env = {
    ...{ PATH: process.env.PATH, WITNESS_NAME: name, WITNESS_LOGS: logs.join() },
    ...{ WITNESS_PORT: String(port), WITNESS_DIR: folder },
  };
  let child: ChildProcess;

  /** Answers the first line of the output, or the error that ended the process. */
  const start = async (): Promise<string> => {
    child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const lines = [child.stdout!, child.stderr!].map((input) => once(createInterface({ input }), 'line'));
    return (await Promise.race(lines))[0];
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const greeting = await start();
  return {
    ...{ name, folder, start, kill, url: `http://127.0.0.1:${port}`, vkey: greeting.split(' ').at(-1)! },
    file: join(folder, 'cosigned'),
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async close() {
      await kill();
      rmSync(folder, { recursive: true });
    },
  };
}

export type WitnessProcess = Awaited<ReturnType<typeof witnessProcess>>;
