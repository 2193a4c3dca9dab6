import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Release, releases } from '../../libs/domain/src/index.js';
import { Clock } from './clock.js';
import { differencesFrom } from './differences.js';
import { playExamples } from './examples.js';
import { explain, Judge } from './judge.js';
import { compareNotifications } from './notifications.js';
import { startReference } from './reference.js';
import { runInFolder } from './run-folder.js';
import { startService } from './service.js';
import { effectsStep, type Step } from './step.js';
import { stories } from './stories/index.js';
import { compareStudentViews } from './student-views.js';
import { walk } from './walk.js';
import { type Pair, World } from './world.js';

const { values: options } = parseArgs({
  options: {
    requests: { type: 'string', default: '2500' },
    /** The number of walks. They share the requests; the first has `seed`, the next ones the following numbers. */
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** Runs only stories with this text in their name. Other parts: `examples`, `student views`, `walk`, `provider notifications`. */
    only: { type: 'string' },
    /** The release of the reference to compare with: 4.16 or 6.1. */
    release: { type: 'string', default: '4.16' },
    /** Compares the reference with itself, to test this program. */
    itself: { type: 'boolean', default: false },
    /** With `itself`: one of the two refuses second reviews. The run must report that. */
    planted: { type: 'boolean', default: false },
  },
});

if (!Object.hasOwn(releases, options.release)) throw new Error(`There is no release ${options.release}.`);
const release = options.release as Release;

let stopService = async () => {};
await runInFolder('conformance', run, () => stopService());

async function run(dir: string) {
  const clock = new Clock(join(dir, 'clock'));
  const reference = await startReference(dir, clock.file, release);
  const service = options.itself ? undefined : await startService(dir, clock, release);
  const ours = service ?? (await startReference(dir, clock.file, release, 'second reference'));
  if (options.planted)
    await ours.ask({
      method: 'POST',
      path: '/_oracle/settings',
      body: '{"constants": {"ALLOW_REVIEW_UPDATES": false}}',
    });

  const servers: Pair = [reference, ours];
  stopService = async () => ours.stop?.();
  const judge = new Judge(options.itself ? [] : differencesFrom(release));
  let worlds = 0;
  const makeWorld = () => World.make(servers, clock, ++worlds);

  // This part comes first, while both sides give the same ids.
  if (service && 'examples'.includes(options.only ?? '')) await playExamples(reference, service, clock, judge);
  const chosen = stories.filter(
    (story) => story.name.includes(options.only ?? '') && (story.release ?? release) === release,
  );
  for (const { name, steps } of chosen) {
    const world = await makeWorld();
    const before = judge.failed;
    for (const step of [...steps, effectsStep()]) {
      const exchange = await world.play(step);
      const { right } = judge.assess(exchange, world);
      const known = step.status === undefined || isExpected(exchange.reference.status, step.status);
      if (!known)
        exchange.mismatches.unshift(`the test expects the reference to answer ${JSON.stringify(step.status)}`);
      judge.count(right && known);
      if (!right || !known) console.log(`${name}${step.note ? `, ${step.note}` : ''}\n${explain(exchange)}\n`);
    }
    console.log(`${judge.failed === before ? 'ok  ' : 'FAIL'} ${name}: ${steps.length} steps`);
  }

  if (!process.env.KAFKA_BROKERS && !options.itself) {
    judge.count(false);
    console.log('FAIL Effects were not compared: there is no Kafka.');
  }
  if (service && 'student views'.includes(options.only ?? ''))
    await compareStudentViews(reference, service, clock, judge);
  const walks = 'walk'.includes(options.only ?? '') && Number(options.requests) > 0;
  if (walks)
    for (let index = 0; index < Number(options.seeds); index++) {
      const seed = index === 0 ? options.seed : String(Number(options.seed) + index);
      await walk(makeWorld, judge, Math.ceil(Number(options.requests) / Number(options.seeds)), seed);
    }
  // This part comes last, because its worker handles the events of all other parts, too.
  if (service && 'provider notifications'.includes(options.only ?? ''))
    await compareNotifications(await makeWorld(), [reference, service], dir, judge, release);
  for (const { name } of walks && options.only === undefined ? judge.unused : []) {
    judge.count(false);
    console.log(`FAIL The difference "${name}" did not occur.`);
  }
  console.log(`${judge.passed} passed, ${judge.failed} failed`);
  if (judge.failed > 0) process.exitCode = 1;
}

/** Stories name the statuses of 4.16. A newer release may answer bad input with 400 in place of 500, or the other way round. */
function isExpected(got: number, expected: NonNullable<Step['status']>): boolean {
  if (typeof expected === 'object') return got === expected[release];
  return (
    got === expected || (release !== '4.16' && [got, expected].every((status) => status === 400 || status === 500))
  );
}
