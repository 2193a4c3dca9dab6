import type { Database } from '#connections';

/** The time of a signed callback may differ from ours by this many minutes. */
export const callbackMinutes = 5;

/** Keeps the nonce of a signed callback for as long as the callback would be accepted. False: it was used before. */
export async function useNonce(database: Database, provider: string, nonce: string, at: string): Promise<boolean> {
  await database.query('delete from callback_nonces where used_at < $1::timestamptz - make_interval(mins => $2)', [
    at,
    2 * callbackMinutes,
  ]);
  const { rowCount } = await database.query(
    'insert into callback_nonces (provider, nonce, used_at) values ($1, $2, $3) on conflict do nothing',
    [provider, nonce, at],
  );
  return rowCount === 1;
}
