import type { Database } from '#connections';
import type { Dependencies } from '#delivery';
import { retryLetters, skipLetter, unknownSubscription, waitingByKey } from './dead-letters.js';

/** An operator's request. A retry without an ordering key is about all dead letters of the subscription. */
export type AskedAction = {
  action: 'retry' | 'skip';
  subscription: string;
  orderingKey?: string;
  eventId?: string;
  reason?: string;
};

/** An operator's action on dead letters, in the words of REST. `done_at` is null until the worker has done it. */
export type DeadLetterAction = {
  id: number;
  action: string;
  subscription: string;
  ordering_key: string | null;
  event_id: string | null;
  reason: string | null;
  user_id: number;
  asked_at: string;
  done_at: string | null;
  events: string[];
  error: string | null;
};

const columns = `id::int, action, subscription, ordering_key, event_id, reason, user_id::float as user_id,
  iso_time(asked_at) as asked_at, iso_time(done_at) as done_at, events, error`;

/** Asks the worker, which alone has the right to do it. */
export async function askForAction(
  database: Database,
  asked: AskedAction,
  by: { userId: number; requestId: string },
): Promise<DeadLetterAction> {
  const { action, subscription, orderingKey, eventId, reason } = asked;
  const { rows } = await database.query<DeadLetterAction>(
    `insert into dead_letter_actions (action, subscription, ordering_key, event_id, reason, user_id, request_id)
     values ($1, $2, $3, $4, $5, $6, $7) returning ${columns}`,
    [action, subscription, orderingKey, eventId, reason, by.userId, by.requestId],
  );
  return rows[0]!;
}

/** The newest actions, the newest first. */
export async function newestActions(database: Database): Promise<DeadLetterAction[]> {
  const text = `select ${columns} from dead_letter_actions order by dead_letter_actions.id desc limit 50`;
  return (await database.query<DeadLetterAction>(text)).rows;
}

/** Does what operators asked for, in the order of asking. After a crash an action is done again, which changes nothing. */
export async function doAskedActions(deps: Dependencies, signal: AbortSignal): Promise<void> {
  const { database } = deps;
  const { rows } = await database.query<DeadLetterAction>(
    `select ${columns} from dead_letter_actions where done_at is null order by dead_letter_actions.id limit 100`,
  );
  for (const asked of rows) {
    if (signal.aborted) return;
    const events: string[] = [];
    const error = await doAction(deps, asked, (types) => events.push(...types)).then(
      () => null,
      ({ message }: Error) => message,
    );
    await database.query(
      'update dead_letter_actions set done_at = clock_timestamp(), events = $2, error = left($3, 1000) where id = $1',
      [asked.id, events, error],
    );
  }
}

async function doAction(deps: Dependencies, asked: DeadLetterAction, done: (types: string[]) => void): Promise<void> {
  const { action, subscription, ordering_key: orderingKey, event_id: eventId } = asked;
  const unknown = unknownSubscription(deps, subscription);
  if (unknown) throw new Error(unknown);
  if (action === 'skip') return done([await skipLetter(deps, subscription, eventId!)]);
  const failures: string[] = [];
  const keys = [...(await waitingByKey(deps, subscription, orderingKey)).keys()];
  for (const key of keys)
    await retryLetters(deps, subscription, key, done).catch(({ message }: Error) => failures.push(message));
  if (failures.length > 0) throw new Error(`${failures.length} of ${keys.length} failed: ${failures[0]}`);
}

/** Deletes actions that were done more than `days` ago. */
export const pruneActions = async (database: Database, days: number): Promise<void> =>
  void (await database.query('delete from dead_letter_actions where done_at < now() - make_interval(days => $1)', [
    days,
  ]));
