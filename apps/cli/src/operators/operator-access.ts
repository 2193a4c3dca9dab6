import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { type AccessEntry, type AccessOutcome, recordAccess } from '#access-log';
import { type Configuration, poolOptions, runningServiceDatabase } from '#configuration';
import { type Database, openPool } from '#connections';

/** The operating system's user of this process. Environment variables cannot change it. */
export const osUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`; // in a container the user may have no name
  }
};

const kinds = ['user', 'attempt', 'exam', 'course', 'callback', 'learner-key'];

/** Records in the access log that an operator's command began, and the outcome of each task. */
export class OperatorAccess {
  readonly requestId = randomUUID();

  constructor(
    private readonly database: Database,
    private readonly action: string,
    private readonly operator: string | undefined,
  ) {}

  record(outcome: AccessOutcome, about: object = {}, rows?: number): Promise<void> {
    const objects = Object.entries(about).flatMap(([name, value]) =>
      kinds.includes(name) && ['number', 'string'].includes(typeof value) ? `${name}:${value}` : [],
    );
    const { action, requestId, operator } = this;
    return recordAccess(this.database, [{ action, requestId, osUser: osUser(), operator, outcome, objects, rows }]);
  }
}

/**
 * Records the beginning of a command that needs no database, if the service's database can be reached. Does not start the
 * embedded one. Without an entry, a line on standard error says so.
 */
export async function recordIfReachable(
  configuration: Configuration,
  entry: Pick<AccessEntry, 'action' | 'objects' | 'operator' | 'tokenId'>,
): Promise<void> {
  try {
    const running = await runningServiceDatabase(configuration);
    if (!running) throw new Error('the database does not run');
    const database = openPool(poolOptions(running.worker, { max: 1 }));
    await recordAccess(database, [{ ...entry, outcome: 'begun', osUser: osUser() }]).finally(() => database.end());
  } catch (error) {
    console.error(`This command has no entry in the access log: ${(error as Error).message}.`);
  }
}
