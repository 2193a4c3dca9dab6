import { Injectable } from '@nestjs/common';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import type { ChangedAttempt } from '#event-store';
import { runningAttemptsByIds } from '#read-models';
import { runningAttemptJson } from './running-attempts.answers.js';

/** `removed`: the attempts that the list no longer has. */
export type Changes = { attempts: ReturnType<typeof runningAttemptJson>[]; removed: number[] };

/** Reads changed attempts as the list shows them now. */
@Injectable()
export class ChangedRows {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
  ) {}

  /** By course. */
  async of(changed: readonly ChangedAttempt[]): Promise<Map<string, Changes>> {
    const { criticallyLowThresholdPct } = this.configuration.settings;
    const courseOf = new Map(changed.map(({ attemptId, courseId }) => [attemptId, courseId]));
    const found = await runningAttemptsByIds(this.database, [...courseOf.keys()], this.clock.now());
    const rows = new Map(found.map((row) => [row.attemptId, runningAttemptJson(row, criticallyLowThresholdPct)]));
    const byCourse = new Map<string, Changes>();
    for (const [attemptId, courseId] of courseOf) {
      const changes: Changes = byCourse.get(courseId) ?? { attempts: [], removed: [] };
      byCourse.set(courseId, changes);
      const row = rows.get(attemptId);
      if (row) changes.attempts.push(row);
      else changes.removed.push(attemptId);
    }
    return byCourse;
  }
}
