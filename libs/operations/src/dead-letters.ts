import { Delivery, type Dependencies } from '#delivery';
import { deadLetters, retryDeadLetters, type SubscriptionOptions, skipDeadLetter } from '#event-store';
import { Relay, relayName } from '#integration';
import { Mailer, mailerName } from '#mail';
import { deliveringSubscriptions, providerOfSubscription } from './subscriptions.js';

type Handle = SubscriptionOptions['handle'];

/** The sentence about a subscription that cannot have dead letters; undefined for one that can. */
export function unknownSubscription({ configuration }: Pick<Dependencies, 'configuration'>, name: string) {
  const names = deliveringSubscriptions(configuration);
  return names.includes(name) ? undefined : `There is no subscription "${name}"; there are: ${names.join(', ')}.`;
}

/** The types of the events that wait, by ordering key. `only`: of one ordering key, which may have none. */
export async function waitingByKey(
  { database }: Pick<Dependencies, 'database'>,
  subscription: string,
  only?: string | null,
): Promise<Map<string, string[]>> {
  const types = new Map<string, string[]>(only ? [[only, []]] : []);
  for (const { learner, event } of await deadLetters(database, subscription))
    if (!only || only === learner) types.set(learner, [...(types.get(learner) ?? []), event.type]);
  return types;
}

/**
 * Delivers the dead letters of an ordering key in order, until the first that fails again. `delivered` gets the events one by
 * one, also those before a failure.
 */
export async function retryLetters(
  deps: Dependencies,
  subscription: string,
  orderingKey: string,
  delivered: (types: string[]) => void,
): Promise<void> {
  const { handle, close } = handlerOf(deps, subscription);
  const deliver: Handle = async (events, signal, lease) => {
    await handle(events, signal, lease);
    delivered(events.map(({ type }) => type));
  };
  await retryDeadLetters(deps.database, subscription, orderingKey, deliver).finally(close);
}

export const noSuchDeadLetter = 'There is no such dead letter.';

/** Skips one dead letter, unless it is a dry run. Answers the type of its event. */
export async function skipLetter(
  { database }: Pick<Dependencies, 'database'>,
  subscription: string,
  eventId: string,
  dryRun = false,
): Promise<string> {
  const letter = (await deadLetters(database, subscription)).find(({ event: { id } }) => id === eventId);
  if (!letter) throw new Error(noSuchDeadLetter);
  if (!dryRun) await skipDeadLetter(database, subscription, eventId);
  return letter.event.type;
}

function handlerOf(deps: Dependencies, subscription: string): { handle: Handle; close: () => Promise<void> } {
  const nothing = async () => {};
  if (subscription === relayName) {
    if (deps.configuration.kafkaBrokers.length === 0) throw new Error('Without KAFKA_BROKERS nothing is published.');
    const relay = new Relay(deps.database, deps.configuration);
    const handle: Handle = async (events, _signal, lease) => void (await relay.republish(events, 'live', lease));
    return { handle, close: () => relay.close() };
  }
  if (subscription === mailerName) {
    const mailer = new Mailer(deps);
    return { handle: (...args) => mailer.handle(...args), close: nothing };
  }
  const provider = providerOfSubscription(deps.configuration, subscription);
  if (!provider) throw new Error(unknownSubscription(deps, subscription));
  const delivery = new Delivery(provider, deps);
  return { handle: (...args) => delivery.handle(...args), close: nothing };
}
