import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { folder, sqlMigration, textOf } from './sql-migration.js';

/** The migrations in the order of their application. A released file is never edited: a change is a new file. */
export const migrations = [
  '1000-event-store.sql',
  '2000-roster.sql',
  '3000-read-models.sql',
  '4000-deliveries.sql',
  '5000-list-sums.sql',
  '6000-callbacks.sql',
  '7000-access-log.sql',
  '8000-erasure.sql',
  '8500-database-logins.sql',
  '9000-plain-lists.sql',
  '9100-onboarding-histories.sql',
  '9200-merkle-log.sql',
  '9300-appeals.sql',
  '9400-notification-records.sql',
  '9500-witnesses.sql',
  '9600-extra-time.sql',
  '9650-attempt-polls.sql',
  '9700-operations.sql',
  '9750-appeals-of-courses.sql',
  '9800-people-search.sql',
  '9850-review-times.sql',
  '9900-log-search.sql',
  '10000-exam-generations.sql',
  '10300-lti.sql',
  '10310-control-results.sql',
  '10400-course-settings.sql',
  '10600-import-progress.sql',
].map(sqlMigration);

export const migrationNames = migrations.map((Migration) => new Migration().name);

/** The roles that have the rights of the service's processes. */
export type ServiceRoles = { api: string; worker: string };

/** The functions with their triggers, and the rights of the roles: run again whenever one of them changes. */
export const functionsAndRights = ({ api, worker }: ServiceRoles): string =>
  [
    // The functions refer to each other and to tables.
    'set local check_function_bodies = off',
    ...readdirSync(join(folder, 'functions'))
      .sort()
      .map((file) => textOf(`functions/${file}`)),
    textOf('rights.sql').replaceAll(':api', api).replaceAll(':worker', worker),
  ].join(';\n');
