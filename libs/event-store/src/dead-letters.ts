import type pg from 'pg';
import type { Database } from '#connections';
import { fenceOf, Lease, type LeaseOptions } from './lease.js';
import type { RecordedEvent } from './recorded-event.js';
import { eventColumns } from './statements.js';
import { Undeliverable } from './undeliverable.js';
import { upcastForDelivery } from './upcasting.js';

export type DeadLetter = { event: RecordedEvent; learner: string; reason: string; recordedAt: string };

/** The dead letters of a subscription and the events that wait behind them, in the log's order, without upcasting. */
export const deadLetters = (database: Database, name: string): Promise<DeadLetter[]> => lettersOf(database, name, null);

/** Another process retries this learner's dead letters. */
export class RetryInProgress extends Error {
  override readonly name = 'RetryInProgress';
}

/**
 * Delivers a learner's dead letters in order, and answers how many. When `handle` throws, it rethrows: that letter and the
 * later ones stay, and a new reason is recorded. A lease allows one retry at a time, and fences off a retry that was frozen.
 */
export async function retryDeadLetters(
  database: Database,
  name: string,
  learner: string,
  handle: (events: RecordedEvent[], signal: AbortSignal, lease: Lease) => Promise<void>,
  options?: LeaseOptions,
): Promise<number> {
  const lease = await Lease.take(database, `retry ${name} ${learner}`, options);
  if (!lease) throw new RetryInProgress(`The dead letters of ${learner} are being retried already`);
  try {
    for (let delivered = 0; ; delivered++) {
      // Read again each time: the subscription may have added a dead letter.
      const [letter] = await lettersOf(database, name, learner, 1);
      if (!letter) return delivered;
      lease.check();
      try {
        await handle([upcastForDelivery(letter.event)], lease.signal, lease);
      } catch (error) {
        if (error instanceof Undeliverable) await updateReason(database, name, error, lease);
        throw error;
      }
      await removeLetter(database, name, letter.event.id, lease);
    }
  } finally {
    await lease.release();
  }
}

/** Removes one dead letter. The events behind it still need a retry. False when there is no such letter. */
export async function skipDeadLetter(database: Database, name: string, eventId: string): Promise<boolean> {
  return removeLetter(database, name, eventId);
}

export type BlockedLearner = { courseId: string; examId: number; userId: number; subscription: string };

const mostBlocked = 1_000;

/** The learners of these courses that have dead letters, the longest blocked first, up to a thousand. */
export async function blockedLearners(database: Database, courseIds: readonly string[]): Promise<BlockedLearner[]> {
  const { rows } = await database.query<BlockedLearner>({
    name: 'blocked learners',
    text: `select event.metadata->>'courseId' as "courseId", (event.metadata->>'examId')::float as "examId",
                  (event.metadata->>'userId')::float as "userId", letter.follower as subscription
             from dead_letters letter join events event
               on (event.generation, event.transaction_id, event.position) = (letter.generation, letter.xid, letter.position)
            where event.metadata->>'courseId' = any($1) and event.metadata->>'userId' is not null
            group by 1, 2, 3, 4 order by min(letter.recorded_at) limit ${mostBlocked}`,
    values: [courseIds],
  });
  return rows;
}

export async function hasDeadLetters(client: pg.ClientBase, name: string): Promise<boolean> {
  const text = 'select exists (select from dead_letters where follower = $1) as has';
  return (await client.query(text, [name])).rows[0].has;
}

/** Dead-letters the events whose ordering key has dead letters; answers the other events. */
export async function deadLetterWaiting(
  client: pg.ClientBase,
  name: string,
  events: RecordedEvent[],
  orderingKeyOf: (event: RecordedEvent) => string,
  lease: Lease,
): Promise<RecordedEvent[]> {
  const learners = [...new Set(events.map(orderingKeyOf))];
  const { rowCount } = await client.query({
    name: 'has dead letters',
    text: 'select from dead_letters where follower = $1 and learner = any($2) limit 1',
    values: [name, learners],
  });
  if (rowCount === 0) return events;
  // A lock in the database keeps a retry out here: else an event could be dead-lettered behind a letter that the retry has
  // just delivered, and would stay.
  const { rows } = await client.query<{ waiting: string[] }>(
    'select dead_letter_waiting($1, $2, $3, $4, $5, $6, $7, $8, $9) as waiting',
    [
      name,
      ...keysAndPositions(events, orderingKeyOf),
      'waits for an earlier event of the same learner',
      ...fenceOf(lease),
    ],
  );
  const blocked = new Set(rows[0]?.waiting);
  return events.filter((event) => !blocked.has(orderingKeyOf(event)));
}

/** Idempotent: a subscription that died half-way does it again. */
export const deadLetter = (
  client: pg.ClientBase,
  name: string,
  events: RecordedEvent[],
  orderingKeyOf: (event: RecordedEvent) => string,
  reason: string,
  lease: Lease,
) =>
  client.query(
    `insert into dead_letters (follower, learner, generation, xid, position, event_id, reason)
     select $1, unnest($2::text[]), unnest($3::integer[]), unnest($4::xid8[]), unnest($5::bigint[]), unnest($6::uuid[]), $7
     where holds_lease($8, $9) on conflict do nothing`,
    [name, ...keysAndPositions(events, orderingKeyOf), reason, ...fenceOf(lease)],
  );

const keysAndPositions = (events: RecordedEvent[], orderingKeyOf: (event: RecordedEvent) => string) => [
  events.map(orderingKeyOf),
  ...(['generation', 'xid', 'position', 'id'] as const).map((key) => events.map((event) => event[key])),
];

/** An operator removes a letter without a lease. */
async function removeLetter(database: Database, name: string, eventId: string, lease?: Lease): Promise<boolean> {
  const text = 'select remove_dead_letter($1, $2, $3, $4) as removed';
  return (await database.query(text, [name, eventId, ...fenceOf(lease)])).rows[0].removed;
}

const updateReason = (database: Database, name: string, { event, reason }: Undeliverable, lease: Lease) =>
  database.query(
    'update dead_letters set reason = $3 where follower = $1 and event_id = $2 and (select holds_lease($4, $5))',
    [name, event.id, reason, ...fenceOf(lease)],
  );

async function lettersOf(
  database: Database,
  name: string,
  learner: string | null,
  limit: number | null = null,
): Promise<DeadLetter[]> {
  const { rows } = await database.query(
    `select ${eventColumns}, d.learner, d.reason, iso_time(d.recorded_at) as "deadLetteredAt"
     from dead_letters d join events e on e.generation = d.generation and e.transaction_id = d.xid and e.position = d.position
     where d.follower = $1 and ($2::text is null or d.learner = $2) order by d.generation, d.xid, d.position limit $3`,
    [name, learner, limit],
  );
  return rows.map(({ learner, reason, deadLetteredAt, ...event }) => ({
    event,
    learner,
    reason,
    recordedAt: deadLetteredAt,
  }));
}
