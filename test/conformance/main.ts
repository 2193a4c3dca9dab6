import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isAlive } from '../../libs/configuration/src/embedded-postgres.js';
import { Clock } from './clock.js';
import { endAll } from './ending.js';
import { playExamples } from './examples.js';
import { explain, Judge } from './judge.js';
import { compareNotifications } from './notifications.js';
import { CannotRun, startReference } from './reference.js';
import { startService } from './service.js';
import { effectsStep } from './step.js';
import { stories } from './stories/index.js';
import { compareStudentViews } from './student-views.js';
import { walk } from './walk.js';
import { type Pair, World } from './world.js';

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '2500' },
    /** Walks with that many seeds, from `seed` on, which share the requests. */
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Only the stories whose name has this text; `examples`, `student views` and `walk` are called so. */
    only: { type: 'string' },
    /** Compares the reference with itself: a test of this test. */
    itself: { type: 'boolean', default: false },
    /** With `itself`: lets one of the two refuse second reviews, which must be noticed. */
    planted: { type: 'boolean', default: false },
  },
});

const runs = resolve('.data/conformance');
const dir = join(runs, String(process.pid));
let ending: Promise<void> | undefined;
let stopListening = async () => {};
const end = () => {
  ending ??= stopListening().finally(() => endAll(dir));
  return ending;
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end().finally(() => process.exit(130)));

try {
  const left = existsSync(runs) ? readdirSync(runs).filter((pid) => !isAlive(Number(pid))) : [];
  for (const pid of left) await endAll(join(runs, pid));
  mkdirSync(dir, { recursive: true });
  await run();
} catch (error) {
  if (ending) await ending; // that is why
  console.error(error instanceof CannotRun ? error.message : error);
  process.exitCode = error instanceof CannotRun ? 2 : 1;
} finally {
  await end();
}

async function run() {
  const clock = new Clock(join(dir, 'clock'));
  const oracle = await startReference(dir, clock.file);
  const service = options.itself ? undefined : await startService(dir, clock);
  const ours = service ?? (await startReference(dir, clock.file, 'second reference'));
  if (options.planted)
    await ours.ask({
      method: 'POST',
      path: '/_oracle/settings',
      body: '{"constants": {"ALLOW_REVIEW_UPDATES": false}}',
    });

  const servers: Pair = [oracle, ours];
  stopListening = async () => ours.stop?.();
  const judge = new Judge(options.itself ? [] : undefined);
  let worlds = 0;
  const makeWorld = () => World.make(servers, clock, ++worlds);

  // The first, while both give the same ids.
  if (service && 'examples'.includes(options.only ?? '')) await playExamples(oracle, service, clock, judge);
  for (const { name, steps } of stories.filter((story) => story.name.includes(options.only ?? ''))) {
    const world = await makeWorld();
    const before = judge.failed;
    for (const step of [...steps, effectsStep()]) {
      const exchange = await world.play(step);
      const { right } = judge.verdictOn(exchange, world);
      const known = step.status === undefined || step.status === exchange.oracle.status;
      if (!known) exchange.mismatches.unshift(`the test expects the reference to answer ${step.status}`);
      judge.count(right && known);
      if (!right || !known) console.log(`${name}${step.note ? `, ${step.note}` : ''}\n${explain(exchange)}\n`);
    }
    console.log(`${judge.failed === before ? 'ok  ' : 'FAIL'} ${name}: ${steps.length} steps`);
  }

  if (!process.env.KAFKA_BROKERS && !options.itself) {
    judge.count(false);
    console.log('FAIL Effects were not compared: there is no Kafka.');
  }
  if (service && 'student views'.includes(options.only ?? '')) await compareStudentViews(oracle, service, clock, judge);
  const walks = 'walk'.includes(options.only ?? '') && Number(options.requests) > 0;
  if (walks)
    for (let index = 0; index < Number(options.seeds); index++) {
      const seed = index === 0 ? options.seed : String(Number(options.seed) + index);
      await walk(makeWorld, judge, Math.ceil(Number(options.requests) / Number(options.seeds)), seed);
    }
  // Last, for its worker catches up with all that came before.
  if (service && 'vendor news'.includes(options.only ?? ''))
    await compareNotifications(await makeWorld(), [oracle, service], dir, judge);
  for (const { name } of walks && options.only === undefined ? judge.unused : []) {
    judge.count(false);
    console.log(`FAIL The difference "${name}" was never seen.`);
  }
  console.log(`${judge.passed} passed, ${judge.failed} failed`);
  if (judge.failed > 0) process.exitCode = 1;
}
