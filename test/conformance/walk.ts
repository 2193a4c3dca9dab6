import { generators } from './generators/index.js';
import { explain, type Judge } from './judge.js';
import { Model } from './model.js';
import { Random } from './random.js';
import { shrink } from './shrink.js';
import { effectsStep, type Step } from './step.js';
import { type Exchange, Unknown, type World } from './world.js';

/** Requests in one world; the next one begins with other people, courses and chances. */
const worldSize = 125;
const waits = [0, 0, 0, 0, 0, 0, 0, 0, 2, 20, 59, 60, 61, 300, 900, 1800, 4000];
/** So many wrong answers are shrunk; the others, likely of the same cause, are only told. */
const shrunk = 5;

/** Asks both servers things by chance; a wrong answer ends its world, and is shown with the shortest way there. */
export async function walk(
  makeWorld: () => Promise<World>,
  judge: Judge,
  requests: number,
  seed: string,
): Promise<void> {
  console.log(`walk: ${requests} requests, --seed ${seed}`);
  let asked = 0;
  let wrong = 0;
  const statuses: Record<string, number> = {};
  for (let number = 0; asked < requests; number++) {
    const world = await makeWorld();
    const steps: Step[] = [];
    const judged = async (exchange: Exchange) => {
      const verdict = judge.verdictOn(exchange, world);
      judge.count(verdict.right);
      if (!verdict.right && ++wrong <= shrunk) await tell(exchange, steps, makeWorld, judge);
      else if (!verdict.right) console.log(`FAIL walk\n${explain(exchange)}\n`);
      return verdict;
    };
    let isRight = true;
    for await (const exchange of wander(world, new Model(new Random(`${seed}/${number}`)), steps)) {
      asked++;
      statuses[exchange.oracle.status] = (statuses[exchange.oracle.status] ?? 0) + 1;
      const { right, parted } = await judged(exchange);
      isRight = right;
      if (!right || parted || world.history.length >= worldSize || asked >= requests) break;
    }
    if (!isRight) continue;
    const told = await world.play(effectsStep());
    const [, exam = ''] = /@(exam\d+)/.exec(told.mismatches[0]) ?? [];
    steps.push(effectsStep(exam && `{${exam}}`));
    await judged(told);
  }
  console.log(
    `${wrong === 0 ? 'ok  ' : 'FAIL'} walk: ${asked} requests; the reference answered ${JSON.stringify(statuses)}`,
  );
}

async function* wander(world: World, model: Model, played: Step[]): AsyncGenerator<Exchange> {
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

/** Plays the steps in a new world, leaving out those that ask for things there are not; tells what the last one gave. */
async function replay(world: World, steps: Step[], judge: Judge): Promise<{ history: Exchange[]; wrong: boolean }> {
  for (const [index, step] of steps.entries()) {
    const exchange = await playIfPossible(world, step);
    if (!exchange) continue;
    const { right, parted } = judge.verdictOn(exchange, world);
    if (index === steps.length - 1) return { history: world.history, wrong: !right };
    if (!right || parted) break;
  }
  return { history: world.history, wrong: false };
}

async function playIfPossible(world: World, step: Step): Promise<Exchange | undefined> {
  try {
    return await world.play(step);
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

async function tell(found: Exchange, steps: Step[], makeWorld: () => Promise<World>, judge: Judge) {
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
  const before = shortest.history.slice(0, -1).map(({ request, step, oracle, ours }) => {
    const prelude = [
      step.wait ? `${step.wait} s later, ` : '',
      step.roster ? `${JSON.stringify(step.roster)}, ` : '',
    ].join('');
    return `  ${prelude}${request} → ${oracle.status}${ours.status === oracle.status ? '' : ` (service ${ours.status})`}`;
  });
  const { wait } = shortest.history.at(-1)!.step;
  console.log(
    `FAIL walk, after\n${before.join('\n')}\n${wait ? `${wait} s later, ` : ''}${explain(shortest.history.at(-1)!)}\n`,
  );
}
