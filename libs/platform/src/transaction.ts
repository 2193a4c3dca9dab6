import type pg from 'pg';

/** `opening`: what begins it, and the locks that must be there before anything is looked up. */
export async function transaction<T>(
  pool: pg.Pool,
  opening: readonly string[],
  work: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    for (const text of opening) await client.query(text);
    const answer = await work(client);
    await client.query('commit');
    return answer;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}
