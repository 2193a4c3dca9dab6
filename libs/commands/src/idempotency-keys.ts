import type { Database } from '#connections';

/** The state of a key when a request comes. `until` identifies this claim, so that no later claim is released by mistake. */
export type Claim =
  | { state: 'claimed'; until: string }
  | { state: 'running' }
  | { state: 'other request' }
  | { state: 'answered'; answer: unknown };

/**
 * Claims the key for one request. After a crash the claim times out, and the same request may be repeated. Commands that it
 * had completed keep their outcome.
 */
export async function claimKey(database: Database, key: string, fingerprint: string): Promise<Claim> {
  const claimed = await database.query(
    `insert into idempotency_keys as known (key, fingerprint, running_until)
     values ($1, $2, clock_timestamp() + interval '30 seconds')
     on conflict (key) do update set running_until = excluded.running_until, recorded_at = now()
       where known.fingerprint = excluded.fingerprint and known.answer is null
         and coalesce(known.running_until, '-infinity') < clock_timestamp()
     returning running_until::text as until`,
    [key, fingerprint],
  );
  if (claimed.rows.length > 0) return { state: 'claimed', until: claimed.rows[0].until };
  const { rows } = await database.query('select fingerprint, answer from idempotency_keys where key = $1', [key]);
  if (rows.length === 0) return { state: 'running' }; // it was released in between
  if (rows[0].fingerprint !== fingerprint) return { state: 'other request' };
  return rows[0].answer === null ? { state: 'running' } : { state: 'answered', answer: rows[0].answer };
}

/** Keeps the answer, which is JSON as text. Its age counts from now, so that it outlives the outcomes of its commands. */
export async function keepAnswer(database: Database, key: string, fingerprint: string, answer: string): Promise<void> {
  await database.query(
    `update idempotency_keys set answer = $3, running_until = null, recorded_at = now()
     where key = $1 and fingerprint = $2`,
    [key, fingerprint, answer],
  );
}

/** The request was refused and nothing was done: the key is free for any request. */
export async function releaseKey(database: Database, key: string, until: string): Promise<void> {
  await database.query('delete from idempotency_keys where key = $1 and running_until = $2', [key, until]);
}

/** The request failed after it may have changed something. The key stays with this request, which may be repeated. */
export async function endClaim(database: Database, key: string, until: string): Promise<void> {
  await database.query('update idempotency_keys set running_until = null where key = $1 and running_until = $2', [
    key,
    until,
  ]);
}

const forgotten = JSON.stringify({
  status: 422,
  body: { detail: 'This request was done. Its answer had names of people, so it is no longer kept.' },
});

/** Only answers with status 207 repeat names from the request; other answers have ids. The keys stay used. */
export async function forgetAnswers(database: Database): Promise<void> {
  await database.query(`update idempotency_keys set answer = $1 where answer->>'status' = '207'`, [forgotten]);
}

const batch = 1_000;

/** Deletes keys and outcomes older than `days`. Outcomes go first, so that a pruned key finds none. */
export async function pruneAnswers(database: Database, days: number, signal?: AbortSignal): Promise<void> {
  for (const table of ['commands', 'idempotency_keys'])
    for (let deleted: number | null = batch; deleted === batch && !signal?.aborted; )
      ({ rowCount: deleted } = await database.query(
        `delete from ${table} where key in (
           select key from ${table} where recorded_at < now() - make_interval(days => $1)
           order by recorded_at limit ${batch})`,
        [days],
      ));
}
