import type pg from 'pg';
import { longMs, withClient } from '#connections';
import { columns } from './statements.js';
import type { Stored } from './stored.js';
import { type Upcasters, upcast } from './upcasting.js';

/** Thrown by a follower's handler: this event is parked, and what its learner does next waits behind it. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
  constructor(
    readonly event: Stored,
    readonly reason: string,
  ) {
    super(`${event.type} ${event.id}: ${reason}`);
  }
}

export type DeadLetter = { event: Stored; learner: string; reason: string; recordedAt: string };

/** What a follower could not deliver, and what waits behind it, in the log's order. */
export async function deadLetters(pool: pg.Pool, name: string, upcasters: Upcasters = {}): Promise<DeadLetter[]> {
  return lettersOf(pool, name, null, upcasters);
}

/**
 * Delivers a learner's dead letters in order, and answers how many. Ends at the first that `handle` throws at, with what
 * it threw; that one and the later ones stay, and where it is undeliverable for another reason now, it says so.
 */
export async function retryDeadLetters(
  pool: pg.Pool,
  name: string,
  learner: string,
  handle: (events: Stored[]) => Promise<void>,
  upcasters: Upcasters = {},
): Promise<number> {
  const lock = [`retry ${name} ${learner}`];
  const retry = async (client: pg.PoolClient) => {
    const { rows } = await client.query('select pg_try_advisory_lock(hashtextextended($1, 0)) as free', lock);
    if (!rows[0].free) throw new Error(`The dead letters of ${learner} are being retried already`);
    for (let delivered = 0; ; delivered++) {
      // Read anew each time: the follower may have parked another one.
      const [letter] = await lettersOf(client, name, learner, upcasters, 1);
      if (!letter) return delivered;
      await handle([letter.event]).catch(async (error) => {
        if (error instanceof Undeliverable) await explain(client, name, error);
        throw error;
      });
      await remove(client, name, letter.event.id);
    }
  };
  // With a limit of its own the connection is closed afterwards, and so the lock ends in any case.
  return withClient(
    pool,
    (client) =>
      retry(client).finally(() =>
        client.query('select pg_advisory_unlock(hashtextextended($1, 0))', lock).catch(() => {}),
      ),
    { limitMs: longMs },
  );
}

/** Gives one dead letter up; what waits behind it still wants a retry. False when there is no such letter. */
export async function skipDeadLetter(pool: pg.Pool, name: string, eventId: string): Promise<boolean> {
  return withClient(pool, (client) => remove(client, name, eventId));
}

export async function hasDeadLetters(client: pg.ClientBase, name: string): Promise<boolean> {
  const text = 'select exists (select from dead_letters where follower = $1) as has';
  return (await client.query(text, [name])).rows[0].has;
}

/** Parks those of the events whose learner has dead letters; answers the others. */
export async function parkWaiting(
  client: pg.ClientBase,
  name: string,
  events: Stored[],
  learnerOf: (event: Stored) => string,
): Promise<Stored[]> {
  const parked = `select distinct learner from dead_letters where follower = $1 and learner = any($2)`;
  const learners = [...new Set(events.map(learnerOf))];
  if ((await client.query({ name: 'parked', text: parked, values: [name, learners] })).rowCount === 0) return events;
  return locked(client, name, async () => {
    const { rows } = await client.query<{ learner: string }>(parked, [name, learners]);
    const blocked = new Set(rows.map(({ learner }) => learner));
    const waiting = events.filter((event) => blocked.has(learnerOf(event)));
    await park(client, name, waiting, learnerOf, 'waits for an earlier event of the same learner');
    return events.filter((event) => !blocked.has(learnerOf(event)));
  });
}

/** Idempotent: a follower that died half-way parks again. */
export const park = (
  client: pg.ClientBase,
  name: string,
  events: Stored[],
  learnerOf: (event: Stored) => string,
  reason: string,
) =>
  client.query(
    `insert into dead_letters (follower, learner, generation, xid, position, event_id, reason)
     select $1, unnest($2::text[]), unnest($3::integer[]), unnest($4::xid8[]), unnest($5::bigint[]), unnest($6::uuid[]), $7
     on conflict do nothing`,
    [
      name,
      events.map(learnerOf),
      ...(['generation', 'xid', 'position', 'id'] as const).map((key) => events.map((e) => e[key])),
      reason,
    ],
  );

const remove = (client: pg.ClientBase, name: string, eventId: string) =>
  locked(client, name, async () => {
    const text = 'delete from dead_letters where follower = $1 and event_id = $2';
    return (await client.query(text, [name, eventId])).rowCount === 1;
  });

const explain = (client: pg.ClientBase, name: string, { event, reason }: Undeliverable) =>
  client.query('update dead_letters set reason = $3 where follower = $1 and event_id = $2', [name, event.id, reason]);

/**
 * The follower decides who is parked, and a retry decides who no longer is, one at a time: else an event could be parked
 * behind a letter that was just delivered, and stay.
 */
async function locked<T>(client: pg.ClientBase, name: string, change: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`dead letters ${name}`]);
    const result = await change();
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

async function lettersOf(
  db: pg.Pool | pg.ClientBase,
  name: string,
  learner: string | null,
  upcasters: Upcasters,
  limit: number | null = null,
): Promise<DeadLetter[]> {
  const { rows } = await db.query(
    `select ${columns}, d.learner, d.reason, iso_time(d.recorded_at) as "parkedAt"
     from dead_letters d join events e on e.generation = d.generation and e.transaction_id = d.xid and e.position = d.position
     where d.follower = $1 and ($2::text is null or d.learner = $2) order by d.generation, d.xid, d.position limit $3`,
    [name, learner, limit],
  );
  return rows.map(({ learner, reason, parkedAt, ...event }) => ({
    event: upcast(upcasters, event),
    learner,
    reason,
    recordedAt: parkedAt,
  }));
}
