import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startPostgres } from '../../libs/configuration/src/embedded-postgres.js';
import { installReference } from '../conformance/reference.js';
import { CannotRun, runInFolder } from '../conformance/run-folder.js';
import { appending } from './append.js';
import type { Bench, Effort } from './bench.js';
import { importing } from './bulk.js';
import { deadlinesAtOnce } from './deadlines.js';
import { publishing } from './flow.js';
import { greedyStream } from './greedy.js';
import { groupedAttempts } from './grouped.js';
import { answeringRequests } from './http.js';
import { longLists } from './lists.js';
import { longStream } from './long.js';
import { loadAverage, machine } from './machine.js';
import { growingTrees } from './merkle.js';
import { overloading } from './overload.js';
import { rebuilding } from './rebuilt.js';
import { replaying } from './replay.js';
import { page, type Section } from './report.js';
import { growingStore } from './size.js';
import { verifying } from './verify.js';

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
  imported: 200_000,
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
  imported: 40_000,
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
  m: growingTrees,
  n: verifying,
  o: importing,
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

const begin = Date.now();
const say = (line: string) =>
  console.error(`${String(Math.round((Date.now() - begin) / 1000)).padStart(4)} s  ${line}`);

await runInFolder('bench', run);
process.exit();

async function run(dir: string) {
  if (!chosen.every((part) => part in parts))
    throw new CannotRun(`--only takes some of ${Object.keys(parts)}, not ${options.only}.`);
  if (!(effort.rounds >= 1)) throw new CannotRun(`--rounds takes a number, not ${options.rounds}.`);
  if (chosen.includes('c') || chosen.includes('f'))
    installReference(', or leave c and f out: --only a,b,d,e,g,h,i,j,k,l,m,n,o');
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
