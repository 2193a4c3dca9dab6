import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker as startWorkerHere } from '../../apps/worker/src/worker.js';
import { until } from '../../libs/event-store/src/testing.js';
import { Child } from '../conformance/child.js';
import { openStartableDatabase } from '../support/database.js';
import { openCourse, people } from '../support/service.js';
import { secretsOfSplitRoles } from '../support/split-roles.js';

// Processes with a wrong wall clock (libfaketime). Their monotonic clock is right, as after any change of a clock.
const { alice, bob } = people;
const [library] = spawnSync('find', ['/usr/lib', '/usr/local/lib', '-name', 'libfaketimeMT.so.1'], {
  encoding: 'utf8',
}).stdout.split('\n');
// Debian: apt-get install faketime. Without it these tests are skipped, unless CI is set.
const story = library || process.env.CI ? it : it.skip;

let dir: string;
let service: Awaited<ReturnType<typeof openCourse>>;
let worker: Child | undefined;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'proctoring-clock-'));
  service = await openCourse({ quiz: { is_proctored: false } }, { database: await openStartableDatabase() });
});
afterEach(async () => {
  await worker?.stop();
  await service.close();
  rmSync(dir, { recursive: true });
});

const start = (person: typeof alice) =>
  service.createAttempt(person, service.exams.quiz, { attempt_proctored: 'false', start_clock: 'true' });
/** The attempt in the database. A request for it would submit it. */
const rowOf = async (id: number) =>
  (await service.database.pool.query('select status, completed_at from attempts where id = $1', [id])).rows[0];

/** Sets the worker's wall clock ahead by `ahead` in the format of libfaketime: +2h, +31m. */
function setWallClock(ahead: string) {
  writeFileSync(join(dir, 'new'), `${ahead}\n`);
  renameSync(join(dir, 'new'), join(dir, 'wall-clock'));
}

function startWorker(ahead: string) {
  setWallClock(ahead);
  worker = new Child('worker', dir, [process.execPath, 'dist/apps/main.js'], {
    ROLE: 'worker',
    ...service.database.environment,
    DATA_DIR: dir,
    ...secretsOfSplitRoles(dir),
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: join(dir, 'wall-clock'),
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  });
}

const workerSays = (text: string) =>
  until(`the worker says: ${text}`, () =>
    (worker!.lines() as { message: unknown }[]).some(({ message }) => String(message).includes(text)),
  );

story.each(['+2h', '+31m', '-2h'])(
  'a worker whose clock is wrong by %s submits nothing and leaves that to others',
  async (ahead) => {
    const over = await start(bob);
    startWorker(ahead);
    await workerSays('This process ends no attempt.');
    await workerSays('Took the lead of "registrations"');
    await service.moveClock('31 minutes');
    const running = await start(alice);
    const other = await startWorkerHere(service.configuration, service.database.urls.worker);
    await until('the other worker submits the attempt', async () => (await rowOf(over)).status === 'submitted');
    await other.close();
    expect(await rowOf(running)).toEqual({ status: 'started', completed_at: null });
  },
);

story(
  'a worker whose clock jumps two hours ahead and back submits only attempts whose time is over by the clock of the database',
  async () => {
    startWorker('+0');
    const over = await start(bob);
    await workerSays('Took the lead of "deadlines"');
    setWallClock('+2h');
    await workerSays('No longer leads "deadlines"');
    await workerSays('This process ends no attempt.');
    setWallClock('+0');
    await workerSays('agree again');
    expect((await rowOf(over)).status).toBe('started');
    await service.moveClock('31 minutes');
    const running = await start(alice);
    await until('the attempt that is over is submitted', async () => (await rowOf(over)).status === 'submitted');
    const { completed_at } = await rowOf(over);
    expect(completed_at.getTime()).toBeLessThanOrEqual(Date.now() + 31 * 60_000);
    expect((await rowOf(running)).status).toBe('started');
  },
);

story('a worker whose clock is wrong by less than a minute decides by the clock of the database', async () => {
  const id = await start(alice);
  startWorker('+50s');
  await workerSays("Decisions follow the database's.");
  await service.moveClock('29 minutes 30 seconds');
  await workerHasLooked();
  expect((await rowOf(id)).status).toBe('started');
});

/** Waits until the worker has looked for overdue attempts once more. */
async function workerHasLooked() {
  const { rows } = await service.database.owner.query('select clock_timestamp()::text as now');
  const text = `select from pg_stat_activity where application_name = 'exam-proctoring worker'
    and query like '%attempt.expires_at < $1%' and query_start > $1`;
  const looked = async () => ((await service.database.owner.query(text, [rows[0].now])).rowCount ?? 0) > 0;
  await until('the worker has looked for overdue attempts', looked);
}
