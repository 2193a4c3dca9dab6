import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { send } from './server.js';

/** A process whose output goes to a log file in `dir`. */
export class Child {
  private readonly log: string;
  private readonly process: ChildProcess;

  constructor(
    private readonly name: string,
    dir: string,
    [program, ...args]: string[],
    env: Record<string, string>,
  ) {
    this.log = join(dir, `${name}.log`);
    const out = openSync(this.log, 'w');
    this.process = spawn(program, args, {
      env: { DRAIN_DELAY: '0', ...process.env, ...env, CONFORMANCE_DIR: dir },
      stdio: ['ignore', out, out],
    });
    closeSync(out);
    // `endServers` finds the process by this file and by CONFORMANCE_DIR, also after a killed run.
    writeFileSync(join(dir, `${name}.pid`), String(this.process.pid));
  }

  get isAlive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** The last lines of its output. */
  lastLines(): string {
    return readFileSync(this.log, 'utf8').split('\n').slice(-20).join('\n');
  }

  /** Waits until a GET of `path` answers 200. The error shows the last lines of the output. */
  async answers(port: number, path: string): Promise<void> {
    for (const deadline = Date.now() + 240_000; this.isAlive && Date.now() < deadline; await pause(100)) {
      const answer = await send(port, { method: 'GET', path }).catch(() => undefined);
      if (answer?.status === 200) return;
    }
    await this.stop();
    throw new Error(`The ${this.name} did not start:\n${this.lastLines()}`);
  }

  /** Waits for the end of the process and answers its exit code. */
  async ended(): Promise<number> {
    if (this.isAlive) await once(this.process, 'exit');
    return this.process.exitCode ?? 1;
  }

  /** The lines of JSON in its output. */
  lines(): unknown[] {
    const lines = readFileSync(this.log, 'utf8').split('\n');
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    if (!this.isAlive) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const stopped = await Promise.race([ended, pause(10_000, undefined, { ref: false })]);
    if (!stopped) this.process.kill('SIGKILL');
    await ended;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}
