import { Command } from 'nest-commander';
import type { Dependencies } from '#delivery';
import { deadLetters } from '#event-store';
import { deliveringSubscriptions, retryLetters, skipLetter, unknownSubscription, waitingByKey } from '#operations';
import { OperatorCommand, type OperatorOptions } from '../operators/operator.command.js';
import { UsageError } from '../operators/strict.command.js';
import { printRows, type Task } from '../operators/tasks.js';

@Command({
  name: 'dead-letters',
  arguments: '<action> [subscription] [of]',
  description:
    'Events that subscriptions could not deliver: list [SUBSCRIPTION]; retry SUBSCRIPTION [LEARNER], without a learner all; skip SUBSCRIPTION EVENT',
})
export class DeadLettersCommand extends OperatorCommand {
  run([action = '', subscription, of = '']: string[], options: OperatorOptions) {
    if (action === 'list')
      return this.withCommands(options, async (deps) => printRows(await listed(deps, subscription), options));
    const tasksOf = { retry: retries, skip: skips }[action];
    if (!tasksOf) throw new UsageError(`There is no action "${action}"; there are: list, retry, skip.`);
    if (!subscription || (action === 'skip' && !of))
      throw new UsageError('Say which: retry SUBSCRIPTION [LEARNER], or skip SUBSCRIPTION EVENT.');
    return this.withCommands(options, async (deps) =>
      this.runTasks(options, await tasksOf(deps, subscription, of, options)),
    );
  }
}

async function listed(deps: Dependencies, only?: string) {
  const letters = (only ? [only] : deliveringSubscriptions(deps.configuration)).map(async (subscription) =>
    (await deadLetters(deps.database, subscription)).map(({ event, learner, reason, recordedAt }) => {
      return { follower: subscription, learner, event: event.id, type: event.type, reason, recordedAt };
    }),
  );
  return (await Promise.all(letters)).flat();
}

async function retries(
  deps: Dependencies,
  subscription: string,
  only: string | undefined,
  { dryRun }: OperatorOptions,
): Promise<Task[]> {
  const unknown = unknownSubscription(deps, subscription);
  if (unknown) throw new UsageError(unknown);
  return [...(await waitingByKey(deps, subscription, only))].map(([learner, waiting]) => ({
    about: { follower: subscription, learner },
    steps: waiting.length,
    async work(advance) {
      if (dryRun) return { delivered: waiting };
      const delivered: string[] = [];
      await retryLetters(deps, subscription, learner, (types) => {
        delivered.push(...types);
        advance(types.length);
      });
      return { delivered };
    },
  }));
}

async function skips(
  deps: Dependencies,
  subscription: string,
  event: string,
  { dryRun }: OperatorOptions,
): Promise<Task[]> {
  const work = async () => ({ skipped: await skipLetter(deps, subscription, event, dryRun) });
  return [{ about: { follower: subscription, event }, work }];
}
