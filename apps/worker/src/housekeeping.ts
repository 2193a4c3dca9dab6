import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { pruneAccessLog } from '#access-log';
import { pruneAnswers, pruneCallbacks } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { pruneLti } from '#lti';
import { pruneAttemptPolls } from '#read-models';
import { Background, hour, minute } from './background.js';

/** Creates the log's next partitions. Prunes old answers, refused reviews without a learner, times of polls, LTI launches, and the access log. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly background: Background,
  ) {}

  onApplicationBootstrap() {
    const { database, background } = this;
    const { idempotencyDays, accessLogDays } = this.configuration;
    background.every(10 * minute, 'idempotency keys', (signal) => pruneAnswers(database, idempotencyDays, signal));
    background.every(hour, 'refused reviews', () => pruneCallbacks(database));
    background.every(hour, 'times of polls', () => pruneAttemptPolls(database));
    background.every(hour, 'LTI launches', () => pruneLti(database));
    background.every(hour, 'access log', (signal) => pruneAccessLog(database, accessLogDays, signal));
    background.every(hour, 'partitions', () => database.query('select create_event_partitions()'));
  }
}
