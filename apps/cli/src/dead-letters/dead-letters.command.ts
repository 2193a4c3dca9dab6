import { Command } from 'nest-commander';
import { Delivery, type Dependencies, subscriptionNameOf } from '#delivery';
import { deadLetters, retryDeadLetters, type SubscriptionOptions, skipDeadLetter } from '#event-store';
import { Relay, relayName } from '#integration';
import { Mailer, mailerName } from '#mail';
import { providersOf } from '#providers';
import { OperatorCommand, type OperatorOptions } from '../operators/operator.command.js';
import { UsageError } from '../operators/strict.command.js';
import { list, type Task } from '../operators/tasks.js';

@Command({
  name: 'dead-letters',
  arguments: '<action> [follower] [of]',
  description:
    'What followers could not deliver: list [FOLLOWER]; retry FOLLOWER [LEARNER], of all learners if not given; skip FOLLOWER EVENT',
})
export class DeadLettersCommand extends OperatorCommand {
  run([action = '', follower, of = '']: string[], options: OperatorOptions) {
    if (action === 'list')
      return this.withCommands(options, async (around) => list(await listed(around, follower), options));
    const tasksOf = { retry: retries, skip: skips }[action];
    if (!tasksOf) throw new UsageError(`There is no action "${action}"; there are: list, retry, skip.`);
    if (!follower || (action === 'skip' && !of))
      throw new UsageError('Say which: retry FOLLOWER [LEARNER], or skip FOLLOWER EVENT.');
    return this.withCommands(options, async (around) =>
      this.operate(options, await tasksOf(around, follower, of, options)),
    );
  }
}

type Handle = SubscriptionOptions['handle'];

const followersOf = ({ configuration }: Dependencies) => [
  relayName,
  mailerName,
  ...providersOf(configuration.settings).flatMap(({ name, wantsNews }) => (wantsNews ? subscriptionNameOf(name) : [])),
];

async function listed(around: Dependencies, only?: string) {
  const letters = (only ? [only] : followersOf(around)).map(async (follower) =>
    (await deadLetters(around.database, follower)).map(({ event, learner, reason, recordedAt }) => {
      return { follower, learner, event: event.id, type: event.type, reason, recordedAt };
    }),
  );
  return (await Promise.all(letters)).flat();
}

/** A learner's letters go out in order, until the first that is refused again. */
async function retries(
  around: Dependencies,
  follower: string,
  only: string | undefined,
  { dryRun }: OperatorOptions,
): Promise<Task[]> {
  const handle = handlerOf(around, follower);
  const types = new Map<string, string[]>(only ? [[only, []]] : []);
  for (const { learner, event } of await deadLetters(around.database, follower))
    if (!only || only === learner) types.set(learner, [...(types.get(learner) ?? []), event.type]);
  return [...types].map(([learner, waiting]) => ({
    about: { follower, learner },
    steps: waiting.length,
    async work(advance) {
      if (dryRun) return { delivered: waiting };
      const delivered: string[] = [];
      const deliver: Handle = async (events, signal, lease) => {
        await handle(events, signal, lease);
        delivered.push(...events.map(({ type }) => type));
        advance(events.length);
      };
      await retryDeadLetters(around.database, follower, learner, deliver);
      return { delivered };
    },
  }));
}

async function skips(
  { database }: Dependencies,
  follower: string,
  event: string,
  { dryRun }: OperatorOptions,
): Promise<Task[]> {
  const work = async () => {
    const letter = (await deadLetters(database, follower)).find(({ event: { id } }) => id === event);
    if (!letter) throw new Error('There is no such dead letter.');
    if (!dryRun) await skipDeadLetter(database, follower, event);
    return { skipped: letter.event.type };
  };
  return [{ about: { follower, event }, work }];
}

function handlerOf(around: Dependencies, follower: string): Handle {
  if (follower === relayName) {
    if (around.configuration.kafkaBrokers.length === 0) throw new Error('Without KAFKA_BROKERS nothing is published.');
    const relay = new Relay(around.database, around.configuration);
    return async (events, _signal, lease) => void (await relay.republish(events, 'live', lease));
  }
  if (follower === mailerName) {
    const mailer = new Mailer(around);
    return (...args) => mailer.handle(...args);
  }
  const provider = providersOf(around.configuration.settings).find(({ name }) => subscriptionNameOf(name) === follower);
  if (!provider)
    throw new UsageError(`There is no follower "${follower}"; there are: ${followersOf(around).join(', ')}.`);
  const delivery = new Delivery(provider, around);
  return (...args) => delivery.handle(...args);
}
