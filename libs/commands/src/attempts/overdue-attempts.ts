import { Injectable } from '@nestjs/common';
import { TimeOutAttempt } from '#domain';
import type { AttemptRecord } from '#read-models';
import { ManyCommands } from './many-commands.js';

/** Submits many attempts whose time is over. */
@Injectable()
export class OverdueAttempts {
  constructor(private readonly commands: ManyCommands) {}

  /** Tries all. Answers the errors. */
  async submit(attempts: readonly AttemptRecord[], at: string): Promise<unknown[]> {
    const results = await this.commands.execute(
      attempts,
      ({ id, examId, userId }) =>
        new TimeOutAttempt({ examId, userId }, { attemptId: id, at }, { actor: { kind: 'clock' } }),
    );
    return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  }
}
