import { createHash } from 'node:crypto';
import type pg from 'pg';
import { open, seal } from './vault.js';

/** Which of the two ways a review came: by the provider's id of the attempt, or by the attempt's code. */
export type CallbackRoute = 'reviewed' | 'review_callback';

/** A review that was refused. `receivedAt` ISO; `times`: how often it came. */
export type QuarantinedCallback = {
  id: number;
  route: CallbackRoute;
  externalId: string | null;
  userId: number | null;
  reason: string;
  times: number;
  receivedAt: string;
};

/** Whose key seals what nobody is known for, since bodies have links to recordings. No learner, so that nobody retires it. */
const nobody = -1;
const largestBody = 256 * 1024;
/** Anybody may send reviews of nobody: the oldest of these make room. */
const mostOfNobody = 1_000;

/** Keeps a callback for operators to look at, sealed, for its learner where that is known. Answers whether it is kept. */
export async function quarantine(
  pool: pg.Pool,
  callback: { route: CallbackRoute; externalId?: string; userId?: number; body: string; reason: string },
): Promise<boolean> {
  const { route, externalId = null, userId = null, body, reason } = callback;
  if (Buffer.byteLength(body) > largestBody || body.includes('\0')) return false;
  const digest = createHash('sha256').update(`${route} ${externalId} ${body}`).digest();
  const kept = await seal(pool, userId ?? nobody, body);
  await pool.query(
    `insert into quarantined_callbacks (route, external_id, user_id, body, digest, reason) values ($1, $2, $3, $4, $5, $6)
     on conflict (digest) do update set times = quarantined_callbacks.times + 1, reason = excluded.reason`,
    [route, externalId, userId, kept, digest, reason],
  );
  await pool.query(
    `delete from quarantined_callbacks where user_id is null and id <=
       (select id from quarantined_callbacks where user_id is null order by id desc offset $1 limit 1)`,
    [mostOfNobody],
  );
  return true;
}

const columns = `id::int, route, external_id as "externalId", user_id::int as "userId", reason, times,
  iso_time(received_at) as "receivedAt"`;

export async function quarantinedCallbacks(pool: pg.Pool): Promise<QuarantinedCallback[]> {
  return (await pool.query(`select ${columns} from quarantined_callbacks order by id`)).rows;
}

/** One with its body; the body is undefined when the learner's key is destroyed. Undefined when there is none. */
export async function quarantinedCallback(
  pool: pg.Pool,
  id: number,
): Promise<(QuarantinedCallback & { body: string | undefined }) | undefined> {
  const { rows } = await pool.query(`select ${columns}, body from quarantined_callbacks where id = $1`, [id]);
  const [found] = rows;
  return found && { ...found, body: await open(pool, found.userId ?? nobody, found.body) };
}

/** Whether there was one. */
export async function releaseCallback(pool: pg.Pool, id: number): Promise<boolean> {
  return (await pool.query('delete from quarantined_callbacks where id = $1', [id])).rowCount === 1;
}
