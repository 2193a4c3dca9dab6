import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { type AccessOutcome, recordAccess } from '#access-log';
import type { Database } from '#connections';

/** The user of the operating system: of the process, whatever its environment says. */
export const osUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`; // in a container the user may have no name
  }
};

const kinds = ['user', 'attempt', 'exam', 'course', 'callback'];

/** Records in the access log what an operator does: that it began, and what came of each task. */
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
