import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import { subscriptionNameOf } from '#delivery';
import { type Lag, lagOf, leaders, subscriptionRecords } from '#event-store';
import { relayName } from '#integration';
import { mailerName, mailLag } from '#mail';
import { submissionReceiptsName, treeBuilderName } from '#merkle-log';
import { providersOf } from '#providers';

/** The subscriptions that deliver something, and so may have dead letters. */
export const deliveringSubscriptions = ({ settings }: Configuration): string[] => [
  relayName,
  mailerName,
  ...providersOf(settings).flatMap(({ name, wantsNotifications }) =>
    wantsNotifications ? subscriptionNameOf(name) : [],
  ),
];

/** The provider that a subscription notifies; undefined for another subscription, and for a provider that is not configured. */
export const providerOfSubscription = ({ settings }: Configuration, subscription: string) =>
  providersOf(settings).find(({ name }) => subscriptionNameOf(name) === subscription);

/** `failing`: its checkpoint has not moved since an error. `stopped`: an operator must decide. */
export const subscriptionStates = ['running', 'failing', 'stopped', 'no_leader', 'not_set_up'] as const;

/** How far a subscription is, in the words of REST. Times are ISO. */
export type SubscriptionStatus = {
  subscription: string;
  state: (typeof subscriptionStates)[number];
  waiting: number;
  oldest_waiting_seconds: number;
  dead_letters: number;
  position: string | null;
  moved_at: string | null;
  /** Host and process. */
  leader: string | null;
  failures: number;
  stopped: string | null;
  last_error: string | null;
  last_error_at: string | null;
};

/** The configured subscriptions, and those that once were. */
export async function subscriptionStatuses(
  database: Database,
  configuration: Configuration,
): Promise<SubscriptionStatus[]> {
  const [records, led] = await Promise.all([subscriptionRecords(database), leaders(database)]);
  const holders = new Map(led.map(({ task, holder }) => [task, holder]));
  const recorded = new Map(records.map((record) => [record.name, record]));
  const names = new Set([
    ...deliveringSubscriptions(configuration),
    treeBuilderName,
    submissionReceiptsName,
    ...recorded.keys(),
  ]);
  const statuses = [...names].map(async (name): Promise<SubscriptionStatus> => {
    const lag = await lagOfSubscription(database, name);
    const record = recorded.get(name);
    const leader = holders.get(name) ?? null;
    const isFailing = record?.isFailing === true && lag.events > 0;
    return {
      subscription: name,
      state: stateOf({ stopped: record?.stopped, leader, isSetUp: isSetUp(configuration, name), isFailing }),
      waiting: lag.events,
      oldest_waiting_seconds: lag.oldestSeconds,
      dead_letters: lag.deadLetters,
      position: record?.position ?? null,
      moved_at: record?.movedAt ?? null,
      leader,
      failures: record?.failures ?? 0,
      stopped: record?.stopped ?? null,
      last_error: record?.lastError ?? null,
      last_error_at: record?.lastErrorAt ?? null,
    };
  });
  return Promise.all(statuses);
}

const lagOfSubscription = (database: Database, name: string): Promise<Lag> =>
  name === mailerName ? mailLag(database) : lagOf(database, name);

type Signs = { stopped: string | null | undefined; leader: string | null; isSetUp: boolean; isFailing: boolean };

function stateOf({ stopped, leader, isSetUp, isFailing }: Signs): SubscriptionStatus['state'] {
  if (stopped) return 'stopped';
  if (leader === null) return isSetUp ? 'no_leader' : 'not_set_up';
  return isFailing ? 'failing' : 'running';
}

/** Whether this process's configuration says that the subscription should have a leader. */
function isSetUp(configuration: Configuration, name: string): boolean {
  if (name === relayName) return configuration.kafkaBrokers.length > 0;
  if (name === mailerName) return configuration.smtpUrl !== undefined;
  if (name === treeBuilderName || name === submissionReceiptsName) return true;
  const provider = providerOfSubscription(configuration, name);
  return provider !== undefined && (provider.wantsNotifications || provider.makesReady);
}
