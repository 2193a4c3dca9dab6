import type { Database } from '#connections';
import { logOrder } from './checkpoint.js';

/** How far a subscription is behind the log. */
export type Lag = {
  /** Events that it must still handle. After rollbacks this is an upper bound. */
  events: number;
  /** Age of the oldest of these events in seconds; 0 when there is none. */
  oldestSeconds: number;
  /** Its dead letters, and the events that wait behind them. */
  deadLetters: number;
};

/** Takes the same time however long the log is. */
export async function lagOf(database: Database, subscription: string): Promise<Lag> {
  const { rows } = await database.read({ name: 'lag', text, values: [subscription] });
  return rows[0];
}

/** How often each subscription failed. Failures without a database connection are not counted. */
export async function failuresOf(database: Database): Promise<{ follower: string; failures: number }[]> {
  const { rows } = await database.query('select name as follower, failures::float from checkpoints');
  return rows;
}

/** A subscription that waits for an operator's decision. */
export type StoppedSubscription = { follower: string; reason: string };

export async function stoppedSubscriptions(database: Database): Promise<StoppedSubscription[]> {
  const text = 'select name as follower, stopped as reason from checkpoints where stopped is not null order by name';
  return (await database.read<StoppedSubscription>({ name: 'stopped subscriptions', text })).rows;
}

const reached = (column: string, otherwise: string) =>
  `coalesce((select ${column} from checkpoints where name = $1), ${otherwise})`;

const text = `
  with next as (
    select e.recorded_at from events e
    where (${logOrder}) > (${reached('generation', '0')}, ${reached('xid', "'0'::xid8")}, ${reached('position', '0')})
    order by ${logOrder} limit 1
  )
  select
    (case when exists (select from next)
      then greatest(1, pg_sequence_last_value('events_position') - ${reached('position', '0')} - coalesce(
        (select sum(skipped_positions) from log_generations where generation > ${reached('generation', '0')}), 0)) else 0 end)::float as events,
    coalesce((select extract(epoch from greatest(now() - recorded_at, interval '0')) from next), 0)::float as "oldestSeconds",
    (select count(*) from dead_letters where follower = $1)::float as "deadLetters"
`;
