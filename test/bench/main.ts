import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { isAlive, startPostgres, stopPostgres } from '../../libs/configuration/src/embedded-postgres.js';
import { appending } from './append.js';
import type { Bench, Effort } from './bench.js';
import { installReference } from './contenders.js';
import { deadlinesAtOnce } from './deadlines.js';
import { publishing } from './flow.js';
import { greedyStream } from './greedy.js';
import { groupedAttempts } from './grouped.js';
import { answeringRequests } from './http.js';
import { longLists } from './lists.js';
import { longStream } from './long.js';
import { loadAverage, machine } from './machine.js';
import { overloading } from './overload.js';
import { rebuilding } from './rebuilt.js';
import { replaying } from './replay.js';
import { page, type Section } from './report.js';
import { growingStore } from './size.js';

const full: Effort = {
  rounds: 5,
  seconds: 3,
  learners: 2000,
  replayed: 500_000,
  small: 10_000,
  large: 5_000_000,
  listed: 100_000,
  published: 1_000_000,
  rebuilt: 1_000_000,
};
const quick: Effort = {
  rounds: 2,
  seconds: 1,
  learners: 200,
  replayed: 20_000,
  small: 10_000,
  large: 100_000,
  listed: 10_000,
  published: 20_000,
  rebuilt: 20_000,
};

const parts: Record<string, (bench: Bench) => Promise<Section>> = {
  a: appending,
  b: replaying,
  c: answeringRequests,
  d: growingStore,
  e: longLists,
  f: groupedAttempts,
  g: publishing,
  h: greedyStream,
  i: rebuilding,
  j: overloading,
  k: deadlinesAtOnce,
  l: longStream,
};

const { values: options } = parseArgs({
  options: {
    /** Small numbers, for a trial. */
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: Object.keys(parts).join(',') },
    rounds: { type: 'string' },
  },
});
const chosen = options.only.split(',');
const effort = { ...(options.quick ? quick : full), ...(options.rounds && { rounds: Number(options.rounds) }) };

const runs = resolve('.data/bench');
const dir = join(runs, String(process.pid));
const begin = Date.now();
const say = (line: string) =>
  console.error(`${String(Math.round((Date.now() - begin) / 1000)).padStart(4)} s  ${line}`);

let ending: Promise<void> | undefined;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(130));
try {
  if (!chosen.every((part) => part in parts))
    throw new Error(`--only takes some of ${Object.keys(parts)}, not ${options.only}.`);
  if (!(effort.rounds >= 1)) throw new Error(`--rounds takes a number, not ${options.rounds}.`);
  const left = existsSync(runs) ? readdirSync(runs).filter((pid) => !isAlive(Number(pid))) : [];
  for (const pid of left) await clear(join(runs, pid));
  await run();
  await end(0);
} catch (error) {
  if (!ending) console.error(process.env.DEBUG ? error : (error as Error).message);
  await end(1);
}

async function run() {
  if (chosen.includes('c') || chosen.includes('f')) installReference();
  mkdirSync(dir, { recursive: true });
  const { url: server } = await startPostgres({
    dataDir: join(dir, 'postgres'),
    // These settings prevent checkpoints during a measurement. A commit is as durable as usual.
    settings: { shared_buffers: '512MB', max_wal_size: '8GB', checkpoint_timeout: '30min' },
  });
  process.env.TEST_DATABASE_URL = server;
  const admin = new pg.Pool({ connectionString: server, max: 2 });
  admin.on('error', () => {});
  const described = await machine(admin);
  const sections: Section[] = [];
  for (const part of chosen) sections.push(await parts[part]({ server, admin, dir, effort, say }));
  await admin.end();
  const text = page(
    { ...described, 'load after': loadAverage(), 'measured in': `${Math.round((Date.now() - begin) / 1000)} s` },
    effort.rounds,
    sections,
  );
  console.log(text);
  if (options.quick || chosen.length < Object.keys(parts).length)
    return say('docs/benchmarks.md is unchanged: only a run of all parts without --quick writes it.');
  writeFileSync('docs/benchmarks.md', text);
}

/** Stops the servers of this run, once. */
async function end(code: number) {
  ending ??= clear(dir);
  await ending;
  process.exit(code);
}

/** Ends the servers of a run and removes its data. */
async function clear(folder: string) {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.pid')) : [];
  for (const file of files) {
    const pid = Number(readFileSync(join(folder, file), 'utf8'));
    // Another process may have this number by now.
    if (!isAlive(pid) || !readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)) continue;
    process.kill(pid, 'SIGTERM');
    while (isAlive(pid)) await pause(20);
  }
  await stopPostgres(join(folder, 'postgres'));
  rmSync(folder, { recursive: true, force: true });
}
