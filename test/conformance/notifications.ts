import { setTimeout as pause } from 'node:timers/promises';
import { type Release, releases } from '../../libs/domain/src/index.js';
import { Child } from './child.js';
import { explain, type Judge } from './judge.js';
import type { Server } from './server.js';
import type { Service } from './service.js';
import { exams, proctored, type Step, step } from './step.js';
import type { World } from './world.js';

const watched = { ...proctored, backend: 'rest', external_id: null };
const begin = (as: string): Step[] => [
  step(
    `${as} POST ~/attempt`,
    200,
    { exam_id: '{watched}', attempt_proctored: 'true', start_clock: 'true' },
    { keep: { [as]: 'exam_attempt_id' } },
  ),
  step(`${as} GET ~/attempt/{${as}}`, 200), // for the provider's id
];
const act = (as: string, action: string) => step(`${as} PUT ~/attempt/{${as}}`, 200, { action });
const remove = (as: string) => step(`staff DELETE ~/attempt/{${as}}`, 200);

/** The failures with which the service's stub of a provider answers, and how many times. */
const failures = [
  { note: 'is busy', status: 503, body: {}, times: 4 },
  { note: 'answers without JSON', status: 200, body: '<html>', times: 3 },
  { note: 'refuses the token', status: 401, body: {}, times: 1 },
  { note: 'is down until the circuit breaker opens', status: 502, body: {}, times: 7 },
];

/**
 * The worker notifies the provider of attempts; the reference does so within the request. This part compares the
 * notifications that the two stubs of a provider accepted for each attempt. It checks that no notification is lost or sent
 * twice after failures of the service's stub.
 */
export async function compareNotifications(
  world: World,
  [reference, service]: [Server, Service],
  dir: string,
  judge: Judge,
  release: Release,
): Promise<void> {
  const { providerConfirmsRemoval } = releases[release];
  const play = async (steps: Step[]) => {
    for (const each of steps) {
      const exchange = await world.play(each);
      const { right } = judge.assess(exchange, world);
      judge.count(right);
      if (!right) console.log(`provider notifications\n${explain(exchange)}\n`);
    }
  };
  const compareWhile = async (what: string) => {
    const expected = await notificationsAt(reference, (id) => world.pairedWith('external', id));
    let got = '';
    for (const deadline = Date.now() + 60_000; got !== expected && Date.now() < deadline; await pause(200))
      got = await notificationsAt(service, (id) => (world.isOurs('external', id) ? id : undefined));
    const state = (await service.provider({ method: 'GET', path: '/_provider/state' })).body as { answers: unknown[] };
    const isRight = got === expected && expected !== '' && state.answers.length === 0;
    judge.count(isRight);
    const attempts = expected.split('\n').length;
    console.log(
      `${isRight ? 'ok  ' : 'FAIL'} provider notifications of ${attempts} attempts, while the provider ${what}`,
    );
    if (!isRight) console.log(`  - reference:\n${expected}\n  - service:\n${got}`);
  };

  const worker = new Child('worker', dir, [process.execPath, 'dist/apps/main.js'], { ...service.env, ROLE: 'worker' });
  try {
    await play([exams({ watched }), ...['alice', 'bob', 'carol', 'dave'].flatMap(begin)]);
    // The reference has sent the earlier notifications when a removal must be confirmed.
    if (providerConfirmsRemoval) await compareWhile('is well, before the removal');
    await play([
      act('alice', 'stop'),
      act('alice', 'submit'),
      act('bob', 'error'),
      remove('carol'),
      act('dave', 'start'),
    ]);
    await play([act('dave', 'stop'), act('dave', 'start'), act('dave', 'submit')]);
    if (providerConfirmsRemoval) await compareWhile('is well, before the next removal');
    await play([remove('alice')]);
    await compareWhile('is well');
    for (const [index, { note, ...answer }] of failures.entries()) {
      const learner = ['erin', 'frank', 'grace', 'heidi'][index];
      await play(begin(learner));
      const body = JSON.stringify({ route: 'attempt', ...answer });
      await service.provider({ method: 'POST', path: '/_provider/answers', body });
      const removals = [remove(learner), remove('ivan')];
      await play([act(learner, 'submit'), ...begin('ivan'), act('ivan', 'error')]);
      if (!providerConfirmsRemoval) await play(removals);
      await compareWhile(note);
      if (!providerConfirmsRemoval) continue;
      await play(removals);
      await compareWhile(`${note}, after the removals`);
    }
  } finally {
    await worker.stop();
  }
}

/** One line for each attempt that `nameOf` knows: the notifications that the stub accepted, in order. */
async function notificationsAt(
  { provider }: Server,
  nameOf: (externalId: string) => string | undefined,
): Promise<string> {
  const { body } = await provider({ method: 'GET', path: '/_provider/calls?path=/attempt/' });
  const lines = new Map<string, string[]>();
  for (const { method, path, route, json, answer } of body as any[]) {
    if (route !== 'attempt' || method === 'GET' || !answer.body?.status || answer.status !== 200) continue;
    const name = nameOf(/\/attempt\/([^/]+)\//.exec(path)![1]);
    if (name) lines.set(name, [...(lines.get(name) ?? []), method === 'DELETE' ? 'removed' : json.status]);
  }
  return [...lines.entries()]
    .map(([name, notifications]) => `${name}: ${notifications.join(', ')}`)
    .sort()
    .join('\n');
}
