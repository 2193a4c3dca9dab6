import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Clock } from '#clock';
import { Database } from '#connections';
import { type Actor, isOverdue, TimeOutAttempt } from '#domain';
import { type AttemptRecord, attemptById } from '#read-models';

/**
 * Submits an attempt whose time is over before it is shown (domain.md §4.4). While the clock is in doubt, the attempt stays
 * as it is, with no time left, and the learner can submit it.
 */
@Injectable()
export class AttemptTimeouts {
  constructor(
    private readonly database: Database,
    private readonly commands: CommandBus,
    private readonly clock: Clock,
  ) {}

  /** Only the attempt's own learner submits it by looking at it. */
  async seenBy(userId: number, attempt: AttemptRecord, at: string): Promise<AttemptRecord> {
    return attempt.userId === userId ? this.submitIfOverdue(attempt, at) : attempt;
  }

  async submitIfOverdue(attempt: AttemptRecord, at: string, actor: Actor = { kind: 'clock' }): Promise<AttemptRecord> {
    if (!isOverdue(attempt, at) || this.clock.reasonToEndNoAttempt()) return attempt;
    const { id, examId, userId } = attempt;
    await this.commands.execute(new TimeOutAttempt({ examId, userId }, { attemptId: id, at }, { actor }));
    return (await attemptById(this.database, id)) ?? attempt;
  }
}
