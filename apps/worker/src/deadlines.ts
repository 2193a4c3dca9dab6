import type pg from 'pg';
import type { Clock } from '#clock';
import type { FreshAttempts } from '#commands';
import { overdueAttempts } from '#read-models';

const atOnce = 100;

/**
 * Submits the attempts whose time is over, as a read of them would (architecture decision 10). Throws the first failure
 * when all is tried. Ends early when `signal` says that another process leads.
 */
export async function submitOverdue(
  pool: pg.Pool,
  attempts: FreshAttempts,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  const at = clock.now();
  const failures: unknown[] = [];
  for (let after = { expiresAt: '-infinity', id: 0 }; !signal?.aborted; ) {
    const overdue = await overdueAttempts(pool, at, after, atOnce);
    const results = await Promise.allSettled(overdue.map((attempt) => attempts.of(attempt, at)));
    failures.push(...results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])));
    const last = overdue.at(-1);
    if (!last || overdue.length < atOnce) break;
    after = { expiresAt: last.expiresAt!, id: last.id };
  }
  if (failures.length > 0) throw failures[0];
}
