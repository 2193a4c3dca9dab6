import { Command } from 'nest-commander';
import { Delivery, type Dependencies, subscriptionNameOf } from '#delivery';
import { deadLetters, retryDeadLetters, type SubscriptionOptions, skipDeadLetter } from '#event-store';
import { Relay, relayName } from '#integration';
import { Mailer, mailerName } from '#mail';
import { providersOf } from '#providers';
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

type Handle = SubscriptionOptions['handle'];

const subscriptionsOf = ({ configuration }: Dependencies) => [
  relayName,
  mailerName,
  ...providersOf(configuration.settings).flatMap(({ name, wantsNotifications }) =>
    wantsNotifications ? subscriptionNameOf(name) : [],
  ),
];

async function listed(deps: Dependencies, only?: string) {
  const letters = (only ? [only] : subscriptionsOf(deps)).map(async (subscription) =>
    (await deadLetters(deps.database, subscription)).map(({ event, learner, reason, recordedAt }) => {
      return { follower: subscription, learner, event: event.id, type: event.type, reason, recordedAt };
    }),
  );
  return (await Promise.all(letters)).flat();
}

/** Dead letters with the same ordering key are delivered in order, until the first that fails again. */
async function retries(
  deps: Dependencies,
  subscription: string,
  only: string | undefined,
  { dryRun }: OperatorOptions,
): Promise<Task[]> {
  const handle = handlerOf(deps, subscription);
  const types = new Map<string, string[]>(only ? [[only, []]] : []);
  for (const { learner, event } of await deadLetters(deps.database, subscription))
    if (!only || only === learner) types.set(learner, [...(types.get(learner) ?? []), event.type]);
  return [...types].map(([learner, waiting]) => ({
    about: { follower: subscription, learner },
    steps: waiting.length,
    async work(advance) {
      if (dryRun) return { delivered: waiting };
      const delivered: string[] = [];
      const deliver: Handle = async (events, signal, lease) => {
        await handle(events, signal, lease);
        delivered.push(...events.map(({ type }) => type));
        advance(events.length);
      };
      await retryDeadLetters(deps.database, subscription, learner, deliver);
      return { delivered };
    },
  }));
}

async function skips(
  { database }: Dependencies,
  subscription: string,
  event: string,
  { dryRun }: OperatorOptions,
): Promise<Task[]> {
  const work = async () => {
    const letter = (await deadLetters(database, subscription)).find(({ event: { id } }) => id === event);
    if (!letter) throw new Error('There is no such dead letter.');
    if (!dryRun) await skipDeadLetter(database, subscription, event);
    return { skipped: letter.event.type };
  };
  return [{ about: { follower: subscription, event }, work }];
}

function handlerOf(deps: Dependencies, subscription: string): Handle {
  if (subscription === relayName) {
    if (deps.configuration.kafkaBrokers.length === 0) throw new Error('Without KAFKA_BROKERS nothing is published.');
    const relay = new Relay(deps.database, deps.configuration);
    return async (events, _signal, lease) => void (await relay.republish(events, 'live', lease));
  }
  if (subscription === mailerName) {
    const mailer = new Mailer(deps);
    return (...args) => mailer.handle(...args);
  }
  const provider = providersOf(deps.configuration.settings).find(
    ({ name }) => subscriptionNameOf(name) === subscription,
  );
  if (!provider)
    throw new UsageError(`There is no subscription "${subscription}"; there are: ${subscriptionsOf(deps).join(', ')}.`);
  const delivery = new Delivery(provider, deps);
  return (...args) => delivery.handle(...args);
}
