import type pg from 'pg';
import type { FreshAttempts } from '#commands';
import { withClient } from '#connections';
import { overdueAttempts } from '#read-models';

const atOnce = 100;
const lock = `hashtext('exam-proctoring deadlines')`;

/**
 * Submits the attempts whose time is over, as a read of them would (architecture decision 10). Does nothing while another
 * process does it. Throws the first failure when all is tried.
 */
export const submitOverdue = (pool: pg.Pool, attempts: FreshAttempts): Promise<void> =>
  withClient(pool, async (client) => {
    if (!(await client.query(`select pg_try_advisory_lock(${lock}) as mine`)).rows[0].mine) return;
    try {
      await submitAll(pool, attempts);
    } finally {
      // When this fails, the connection is lost, and the lock ends with it.
      await client.query(`select pg_advisory_unlock(${lock})`);
    }
  });

async function submitAll(pool: pg.Pool, attempts: FreshAttempts): Promise<void> {
  const at = new Date().toISOString();
  const failures: unknown[] = [];
  for (let after = { expiresAt: '-infinity', id: 0 }; ; ) {
    const overdue = await overdueAttempts(pool, at, after, atOnce);
    const results = await Promise.allSettled(overdue.map((attempt) => attempts.of(attempt, at)));
    failures.push(...results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])));
    const last = overdue.at(-1);
    if (!last || overdue.length < atOnce) break;
    after = { expiresAt: last.expiresAt!, id: last.id };
  }
  if (failures.length > 0) throw failures[0];
}
