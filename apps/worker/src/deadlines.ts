import type pg from 'pg';
import type { FreshAttempts } from '#commands';
import { overdueAttempts } from '#read-models';

const atOnce = 100;
const lock = `hashtext('exam-proctoring deadlines')`;

/**
 * Submits the attempts whose time is over, as a read of them would (architecture decision 10). Does nothing while another
 * process does it. Throws the first failure when all is tried.
 */
export async function submitOverdue(pool: pg.Pool, attempts: FreshAttempts): Promise<void> {
  const client = await pool.connect();
  let isMine = false;
  try {
    isMine = (await client.query(`select pg_try_advisory_lock(${lock}) as mine`)).rows[0].mine;
    while (isMine) {
      const at = new Date().toISOString();
      const overdue = await overdueAttempts(pool, at, atOnce);
      const results = await Promise.allSettled(overdue.map((attempt) => attempts.of(attempt, at)));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
      if (overdue.length < atOnce) return;
    }
  } finally {
    const isStuck =
      isMine &&
      (await client.query(`select pg_advisory_unlock(${lock})`).then(
        () => false,
        () => true,
      ));
    client.release(isStuck); // a session that ends lets go of its lock
  }
}
