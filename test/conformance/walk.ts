import { generators } from './generators/index.js';
import { explain, type Judge } from './judge.js';
import { Model } from './model.js';
import { Random } from './random.js';
import { shrink } from './shrink.js';
import { effectsStep, type Step } from './step.js';
import { type Exchange, UnknownName, type World } from './world.js';

/** The number of requests in one world. The next world has other people, courses and random numbers. */
const worldSize = 125;
const waits = [0, 0, 0, 0, 0, 0, 0, 0, 2, 20, 59, 60, 61, 300, 900, 1800, 4000];
/** The number of wrong answers that are shrunk. Others probably have the same cause and are only printed. */
const shrunk = 5;

/** Sends random requests to both servers. A wrong answer ends its world and is printed with the shortest steps to it. */
export async function walk(
  makeWorld: () => Promise<World>,
  judge: Judge,
  requests: number,
  seed: string,
): Promise<void> {
  console.log(`walk: ${requests} requests, --seed ${seed}`);
  let sent = 0;
  let wrong = 0;
  const statuses: Record<string, number> = {};
  for (let number = 0; sent < requests; number++) {
    const world = await makeWorld();
    const steps: Step[] = [];
    const judged = async (exchange: Exchange) => {
      const verdict = judge.assess(exchange, world);
      judge.count(verdict.right);
      if (!verdict.right && ++wrong <= shrunk) await showShortest(exchange, steps, makeWorld, judge);
      else if (!verdict.right) console.log(`FAIL walk\n${explain(exchange)}\n`);
      return verdict;
    };
    let isRight = true;
    for await (const exchange of randomExchanges(world, new Model(new Random(`${seed}/${number}`)), steps)) {
      sent++;
      statuses[exchange.reference.status] = (statuses[exchange.reference.status] ?? 0) + 1;
      const { right, diverged } = await judged(exchange);
      isRight = right;
      if (!right || diverged || world.history.length >= worldSize || sent >= requests) break;
    }
    if (!isRight) continue;
    const effects = await world.play(effectsStep());
    const [, exam = ''] = /@(exam\d+)/.exec(effects.mismatches[0]) ?? [];
    steps.push(effectsStep(exam && `{${exam}}`));
    await judged(effects);
  }
  console.log(
    `${wrong === 0 ? 'ok  ' : 'FAIL'} walk: ${sent} requests; the reference answered ${JSON.stringify(statuses)}`,
  );
}

async function* randomExchanges(world: World, model: Model, played: Step[]): AsyncGenerator<Exchange> {
  for (let next = model.beginning(); ; next = model.random.weighted(generators).make(model)) {
    for (const step of next) {
      step.wait ??= model.random.pick(waits);
      const exchange = await playIfPossible(world, step);
      if (!exchange) continue;
      played.push(step);
      yield exchange;
    }
  }
}

/** Plays the steps in a new world without those that name unknown things. Answers whether the last step is wrong. */
async function replay(world: World, steps: Step[], judge: Judge): Promise<{ history: Exchange[]; wrong: boolean }> {
  for (const [index, step] of steps.entries()) {
    const exchange = await playIfPossible(world, step);
    if (!exchange) continue;
    const { right, diverged } = judge.assess(exchange, world);
    if (index === steps.length - 1) return { history: world.history, wrong: !right };
    if (!right || diverged) break;
  }
  return { history: world.history, wrong: false };
}

async function playIfPossible(world: World, step: Step): Promise<Exchange | undefined> {
  try {
    return await world.play(step);
  } catch (error) {
    if (error instanceof UnknownName) return undefined;
    throw error;
  }
}

async function showShortest(found: Exchange, steps: Step[], makeWorld: () => Promise<World>, judge: Judge) {
  const again = async (candidate: Step[]) => replay(await makeWorld(), candidate, judge);
  let shortest = await again(steps);
  if (!shortest.wrong) {
    console.log(`FAIL walk, not repeatable\n${explain(found)}\n`);
    return;
  }
  await shrink(steps, async (candidate) => {
    const result = await again(candidate);
    if (result.wrong) shortest = result;
    return result.wrong;
  });
  const before = shortest.history.slice(0, -1).map(({ request, step, reference, ours }) => {
    const prelude = [
      step.wait ? `${step.wait} s later, ` : '',
      step.roster ? `${JSON.stringify(step.roster)}, ` : '',
    ].join('');
    return `  ${prelude}${request} → ${reference.status}${ours.status === reference.status ? '' : ` (service ${ours.status})`}`;
  });
  const { wait } = shortest.history.at(-1)!.step;
  console.log(
    `FAIL walk, after\n${before.join('\n')}\n${wait ? `${wait} s later, ` : ''}${explain(shortest.history.at(-1)!)}\n`,
  );
}
