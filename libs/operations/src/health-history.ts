import type { Clock } from '#clock';
import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import { NotReady, readinessOf } from './readiness.js';
import { subscriptionStatuses } from './subscriptions.js';

/** Days for which health is kept: 10,080 records. */
export const healthDays = 7;

/** Records how the service is now, and deletes old records. While the database is unreachable there is no record. */
export async function recordHealth(deps: {
  database: Database;
  configuration: Configuration;
  clock: Clock;
}): Promise<void> {
  const { database, configuration } = deps;
  const { problem, unwitnessed } = await readinessOf(deps).then(
    ({ witnesses }) => ({ problem: null, unwitnessed: witnesses?.unwitnessedSeconds ?? 0 }),
    (error) => {
      if (error instanceof NotReady) return { problem: error.message, unwitnessed: 0 };
      throw error;
    },
  );
  const states = await subscriptionStatuses(database, configuration);
  await database.query(
    `with record as (
       insert into health_records (problem, quarantined_callbacks, oldest_transaction_seconds, unwitnessed_seconds)
       values ($1, (select count(*) from quarantined_callbacks), oldest_transaction_age(), $2) returning at)
     insert into subscription_records (at, subscription, waiting, oldest_seconds, dead_letters, failures)
     select at, each.* from record, unnest($3::text[], $4::bigint[], $5::real[], $6::bigint[], $7::bigint[]) as each`,
    [
      problem,
      unwitnessed,
      states.map(({ subscription }) => subscription),
      states.map(({ waiting }) => waiting),
      states.map(({ oldest_waiting_seconds }) => oldest_waiting_seconds),
      states.map(({ dead_letters }) => dead_letters),
      states.map(({ failures }) => failures),
    ],
  );
  await database.query('delete from health_records where at < now() - make_interval(days => $1)', [healthDays]);
}

/** The worst values of a span of time, in the words of REST. */
export type HealthSpan = {
  at: string;
  minutes: number;
  minutes_not_ready: number;
  problem: string | null;
  quarantined_callbacks: number;
  oldest_transaction_seconds: number;
  unwitnessed_seconds: number;
};

export type SubscriptionSpan = {
  at: string;
  waiting: number;
  oldest_waiting_seconds: number;
  dead_letters: number;
  failures: number;
};

export type HealthHistory = {
  from: string;
  until: string;
  step_seconds: number;
  spans: HealthSpan[];
  subscriptions: { subscription: string; spans: SubscriptionSpan[] }[];
};

/** More points than a screen shows are joined. */
const mostSpans = 240;

/** The records of the last hours, joined to spans of equal length. A span without records is missing. */
export async function healthHistory(database: Database, clock: Clock, hours: number): Promise<HealthHistory> {
  const step = Math.max(60, Math.ceil((hours * 60) / mostSpans) * 60);
  const until = clock.now();
  const values = [step, hours, until];
  const span = `date_bin(make_interval(secs => $1), at, '2000-01-01')`;
  const since = `at > $3::timestamptz - make_interval(hours => $2) and at <= $3::timestamptz`;
  const [health, subscriptions] = await Promise.all([
    database.query<HealthSpan>(
      `select iso_time(${span}) as at, count(*)::int as minutes, count(problem)::int as minutes_not_ready,
         max(problem) as problem, max(quarantined_callbacks) as quarantined_callbacks,
         max(oldest_transaction_seconds) as oldest_transaction_seconds, max(unwitnessed_seconds) as unwitnessed_seconds
       from health_records where ${since} group by ${span} order by ${span}`,
      values,
    ),
    database.query<SubscriptionSpan & { subscription: string }>(
      `select subscription, iso_time(${span}) as at, max(waiting)::float as waiting,
         max(oldest_seconds) as oldest_waiting_seconds, max(dead_letters)::float as dead_letters,
         sum(failed)::float as failures
       from (select *, greatest(0, failures - lag(failures, 1, failures) over (partition by subscription order by at)) as failed
               from subscription_records where ${since}) as records
       group by subscription, ${span} order by subscription, ${span}`,
      values,
    ),
  ]);
  const bySubscription = new Map<string, SubscriptionSpan[]>();
  for (const { subscription, ...record } of subscriptions.rows)
    bySubscription.set(subscription, [...(bySubscription.get(subscription) ?? []), record]);
  return {
    from: new Date(Date.parse(until) - hours * 3_600_000).toISOString(),
    until,
    step_seconds: step,
    spans: health.rows,
    subscriptions: [...bySubscription].map(([subscription, spans]) => ({ subscription, spans })),
  };
}
