import { Command, CommandRunner } from 'nest-commander';
import { Delivery, followerOf, type Surroundings } from '#delivery';
import { upcasters } from '#domain';
import { deadLetters, retryDeadLetters, type Stored, skipDeadLetter } from '#event-store';
import { Relay, relayName } from '#integration';
import { Mailer, mailerName } from '#mail';
import { providersOf } from '#providers';
import { withCommands } from '../surroundings.js';

@Command({
  name: 'dead-letters',
  arguments: '<action> [follower] [of]',
  description: 'What followers could not deliver: list; retry FOLLOWER LEARNER; skip FOLLOWER EVENT',
})
export class DeadLettersCommand extends CommandRunner {
  async run([action, follower, of]: string[]) {
    await withCommands(async (around) => {
      if (action === 'list') return list(around, follower);
      if (!follower || !of) throw new Error('Say which: retry FOLLOWER LEARNER, or skip FOLLOWER EVENT.');
      if (action === 'retry') return retry(around, follower, of);
      if (action === 'skip') return skip(around, follower, of);
      throw new Error(`There is no action "${action}"; there are: list, retry, skip.`);
    });
  }
}

const followersOf = ({ configuration }: Surroundings) => [
  relayName,
  mailerName,
  ...providersOf(configuration.settings).flatMap(({ name, wantsNews }) => (wantsNews ? followerOf(name) : [])),
];

/** One line of JSON for each. */
async function list(around: Surroundings, follower?: string) {
  for (const name of follower ? [follower] : followersOf(around))
    for (const { event, learner, reason, recordedAt } of await deadLetters(around.pool, name, upcasters))
      console.log(JSON.stringify({ follower: name, learner, event: event.id, type: event.type, reason, recordedAt }));
}

async function retry(around: Surroundings, follower: string, learner: string) {
  const delivered = await retryDeadLetters(around.pool, follower, learner, handlerOf(around, follower), upcasters);
  console.log(`${delivered} delivered`);
}

async function skip({ pool }: Surroundings, follower: string, event: string) {
  if (!(await skipDeadLetter(pool, follower, event))) throw new Error(`${follower} has no dead letter ${event}.`);
  console.log('1 skipped');
}

function handlerOf(around: Surroundings, follower: string): (events: Stored[]) => Promise<void> {
  if (follower === relayName) {
    if (around.configuration.kafkaBrokers.length === 0) throw new Error('Without KAFKA_BROKERS nothing is published.');
    const relay = new Relay(around.pool, around.configuration);
    return async (events) => void (await relay.republish(events, 'live'));
  }
  if (follower === mailerName) {
    const mailer = new Mailer(around);
    return (events) => mailer.handle(events);
  }
  const provider = providersOf(around.configuration.settings).find(({ name }) => followerOf(name) === follower);
  if (!provider) throw new Error(`There is no follower "${follower}"; there are: ${followersOf(around).join(', ')}.`);
  const delivery = new Delivery(provider, around);
  return (events) => delivery.handle(events);
}
