import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '#clock';
import { OverdueAttempts } from '#commands';
import { Database } from '#connections';
import { overdueAttempts } from '#read-models';
import { Background, second } from './background.js';

const batchSize = 500;

/**
 * Submits the attempts whose time is over, as a read of them would (ADR 10). Tries all, then throws the first failure. Ends
 * early when another process leads (`signal`) or when the clock is in doubt.
 */
export async function submitOverdue(
  database: Database,
  attempts: OverdueAttempts,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  const at = clock.now();
  const failures: unknown[] = [];
  for (let after = { expiresAt: '-infinity', id: 0 }; !signal?.aborted && !clock.reasonToEndNoAttempt(); ) {
    const overdue = await overdueAttempts(database, at, after, batchSize);
    const last = overdue.at(-1);
    if (!last) break;
    failures.push(...(await attempts.submit(overdue, at)));
    if (overdue.length < batchSize) break;
    after = { expiresAt: last.expiresAt!, id: last.id };
  }
  if (failures.length > 0) throw failures[0];
}

@Injectable()
export class Deadlines implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly attempts: OverdueAttempts,
    private readonly clock: Clock,
    private readonly background: Background,
  ) {}

  onApplicationBootstrap() {
    const { database, attempts, clock } = this;
    this.background.inOneProcess(
      second,
      'deadlines',
      (signal) => submitOverdue(database, attempts, clock, signal),
      () => clock.reasonToEndNoAttempt(),
    );
  }
}
