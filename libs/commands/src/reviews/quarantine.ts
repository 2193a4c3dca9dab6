import { createHash } from 'node:crypto';
import { countedPage, type Database, type PageOf } from '#connections';
import { decryptAll, decryptFor, encryptFor, isEncrypted, isRetired } from '#learner-keys';

/** The route of a callback. It names the attempt by the provider's id, or by the attempt's code. */
export type CallbackRoute = 'reviewed' | 'review_callback';

/** A refused review. `receivedAt` is an ISO time; `times`: how often it came. */
export type QuarantinedCallback = {
  id: number;
  route: CallbackRoute;
  externalId: string | null;
  /** The provider that sent it, if it proved so with its secret. */
  provider: string | null;
  userId: number | null;
  reason: string;
  times: number;
  receivedAt: string;
};

/** The key of this id encrypts callbacks without a known learner. No learner has the id, so it is never retired. */
const noLearner = -1;
const field = { stream: 'quarantined_callbacks', field: 'callback' };
/** A callback without a learner is kept for this many days, because no retirement deletes it. */
const daysWithoutLearner = 30;
const maxBodyBytes = 256 * 1024;
/** This many callbacks are kept for each sender and attempt, or for each sender without one. The oldest of them are deleted. */
const maxPerAttempt = 20;
const maxWithoutLearner = 200;

/** The known ids of a callback. */
export type CallbackOrigin = {
  route: CallbackRoute;
  externalId?: string;
  provider?: string;
  /** The user who sent it, if it was not a provider's server. */
  senderId?: number;
  userId?: number;
};

/** Keeps a callback for operators, encrypted with the learner key if the learner is known. Answers whether it is kept. */
export async function quarantine(
  database: Database,
  callback: CallbackOrigin & { body: string; reason: string },
): Promise<boolean> {
  const { route, externalId = null, provider = null, senderId, body, reason } = callback;
  const source = provider ?? (senderId === undefined ? '' : `user ${senderId}`);
  const userId = callback.userId ?? (await learnerOfCodeIn(database, body));
  if (userId !== null && (await isRetired(database, userId))) return false;
  if (Buffer.byteLength(body) > maxBodyBytes || body.includes('\0')) return false;
  const digest = createHash('sha256').update(`${route} ${externalId} ${provider} ${body}`).digest();
  const encrypted = (text: string) => encryptFor(database, userId ?? noLearner, text, field);
  // A reason repeats words of the body, and an unknown id may be any text.
  const values = await Promise.all([
    externalId !== null && userId === null ? encrypted(externalId) : externalId,
    ...[body, reason].map(encrypted),
  ]);
  await database.query(
    `insert into quarantined_callbacks (route, external_id, provider, user_id, body, digest, reason, source)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (digest) do update set times = quarantined_callbacks.times + 1, reason = excluded.reason`,
    [route, values[0], provider, userId, values[1], digest, values[2], source],
  );
  await database.query(
    `delete from quarantined_callbacks where id in (
       with same as (
         select id from quarantined_callbacks
          where source = $1 and user_id is not distinct from $2 and (user_id is null or external_id is not distinct from $3))
       select id from quarantined_callbacks join same using (id)
        where id <= (select id from same order by id desc offset $4 limit 1)
        for update of quarantined_callbacks skip locked)`,
    [source, userId, externalId, userId === null ? maxWithoutLearner : maxPerAttempt],
  );
  return true;
}

const columns = `id::int, route, external_id as "externalId", provider, user_id::int as "userId", reason, times,
  iso_time(received_at) as "receivedAt"`;

export async function quarantinedCallbacks(database: Database): Promise<QuarantinedCallback[]> {
  const { rows } = await database.query(`select ${columns} from quarantined_callbacks order by id`);
  return decrypted(database, rows);
}

export type CallbackFilter = { userId?: number; provider?: string };

const matching =
  'from quarantined_callbacks where ($1::bigint is null or user_id = $1) and ($2::text is null or provider = $2)';

/** A page of refused reviews, the newest first, and the number of all. */
export async function quarantinedPage(
  database: Database,
  { userId, provider }: CallbackFilter,
  pageOf: PageOf,
): Promise<{ count: number; callbacks: QuarantinedCallback[] }> {
  const { count, paging, values } = await countedPage(database, matching, [userId, provider], pageOf);
  const text = `select ${columns} ${matching} order by quarantined_callbacks.id desc ${paging}`;
  const { rows } = await database.query(text, values);
  return { count, callbacks: await decrypted(database, rows) };
}

/** Deletes old callbacks without a learner. */
export async function pruneCallbacks(database: Database): Promise<void> {
  const text = `delete from quarantined_callbacks where user_id is null and received_at < now() - make_interval(days => $1)`;
  await database.query(text, [daysWithoutLearner]);
}

/** Decrypts the texts of all callbacks, with one query for the keys. Older rows have plain texts. */
async function decrypted(
  database: Database,
  callbacks: readonly QuarantinedCallback[],
): Promise<QuarantinedCallback[]> {
  const encrypted = callbacks.flatMap(({ userId, reason, externalId }) =>
    [reason, externalId ?? '']
      .filter(isEncrypted)
      .map((sealed) => ({ userId: userId ?? noLearner, sealed, location: field })),
  );
  const texts = await decryptAll(database, encrypted);
  const plain = new Map(encrypted.map(({ sealed }, index) => [sealed, texts[index] ?? '']));
  const read = (text: string) => plain.get(text) ?? text;
  return callbacks.map((callback) => {
    const { externalId, reason } = callback;
    return { ...callback, reason: read(reason), externalId: externalId && read(externalId) };
  });
}

/** The learner of an attempt whose code is anywhere in the body. The body need not be JSON. */
async function learnerOfCodeIn(database: Database, body: string): Promise<number | null> {
  const codes = body.match(/[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}/g)?.slice(0, 10) ?? [];
  const { rows } = await database.query(
    `select (data->>'userId')::float as id from events where type = 'AttemptCreated' and data->>'attemptCode' = any($1) limit 1`,
    [codes],
  );
  return rows[0]?.id ?? null;
}

/** One callback with its body; undefined if there is none. The body is undefined if the learner key is destroyed. */
export async function quarantinedCallback(
  database: Database,
  id: number,
): Promise<(QuarantinedCallback & { body: string | undefined }) | undefined> {
  const { rows } = await database.query(`select ${columns}, body from quarantined_callbacks where id = $1`, [id]);
  const [found] = rows;
  if (!found) return undefined;
  const { body, ...callback } = found;
  const [readable] = await decrypted(database, [callback]);
  return {
    ...readable!,
    body: await decryptFor(database, found.userId ?? noLearner, body, field),
  };
}

/** Answers whether the callback existed. */
export async function releaseCallback(database: Database, id: number): Promise<boolean> {
  return (await database.query('delete from quarantined_callbacks where id = $1', [id])).rowCount === 1;
}

export const noSuchCallback = (id: number): string => `There is no quarantined callback ${id}.`;
