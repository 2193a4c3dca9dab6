import { Command, Option } from 'nest-commander';
import { loadConfiguration, poolOptions } from '#configuration';
import { type Database, hourMs, openPool } from '#connections';
import { EventStore } from '#event-store';
import {
  coverageOf,
  type Finding,
  type SignedCheckpoint,
  trustedCheckpoints,
  type VerifiedTree,
  type Verifier,
  verifierOf,
  verifyLog,
} from '#merkle-log';
import { projections, rebuild } from '#read-models';
import { withDatabase } from '../database.js';
import { existingAttempt } from './existing-attempt.js';
import { givenCheckpoints } from './given-checkpoints.js';
import { idOf, OperatorCommand, type OperatorOptions, timeOf } from './operator.command.js';
import { UsageError } from './strict.command.js';
import type { Task } from './tasks.js';

type Options = OperatorOptions & {
  all?: boolean;
  attempt?: number;
  since?: string;
  checkpoint?: string;
  key?: Verifier[];
};

@Command({
  name: 'verify',
  description:
    'Verify the log against its signed checkpoints and tiles, and the read models against the log; or one attempt, or the events since a time. Changes nothing',
})
export class VerifyCommand extends OperatorCommand {
  run(_: string[], { all, attempt, since, checkpoint, key = [], ...options }: Options) {
    const ways = [all, attempt, since].filter((way) => way !== undefined);
    if (ways.length > 1) throw new UsageError('Say one of --all, --attempt ID and --since TIME.');
    if ((checkpoint === undefined) !== (key.length === 0)) throw new UsageError('--checkpoint and --key go together.');
    const given = checkpoint === undefined ? [] : givenCheckpoints(checkpoint, key);
    return withDatabase(loadConfiguration(process.env), async ({ worker, owner: owned }) => {
      const database = openPool(poolOptions(worker, { max: 5 }));
      const owner = owned ? openPool({ connectionString: owned, max: 3 }, hourMs) : undefined;
      try {
        const tasks =
          attempt === undefined
            ? [await logTask(database, given, since), ...(since ? [] : readModelTasks(owner))]
            : [attemptTask(database, attempt, given)];
        const about = { ...(attempt !== undefined && { attempt }) };
        await this.recorded(database, options, () => this.runTasks({ ...options, dryRun: false }, tasks), about);
      } finally {
        await Promise.all([database.end(), owner?.end()]);
      }
    });
  }

  @Option({ flags: '--all', description: 'the whole log and all read models; this is the default' })
  all() {
    return true;
  }

  @Option({ flags: '--attempt <id>', description: 'the events of an attempt; it may be removed' })
  attempt(text: string) {
    return idOf('--attempt', text);
  }

  @Option({ flags: '--since <time>', description: 'the events since then; the tiles stand for the earlier ones' })
  since(text: string) {
    return timeOf('--since', text);
  }

  @Option({
    flags: '--checkpoint <file>',
    description:
      'signed checkpoints from outside: one note, or a line of JSON for each. The database cannot change them',
  })
  checkpoint(path: string) {
    return path;
  }

  @Option({
    flags: '--key <verifier key>',
    description: 'a key of the log or of a witness that has signed them: <name>+<id>+<key>; may be repeated',
  })
  key(text: string, before: Verifier[] = []) {
    try {
      return [...before, verifierOf(text)];
    } catch {
      throw new UsageError('--key must be a verifier key: <name>+<id>+<key>.');
    }
  }
}

async function logTask(database: Database, given: readonly SignedCheckpoint[], since?: string): Promise<Task> {
  const { rows } = await database.query<{ count: number }>(
    'select count(*)::float as count from events where recorded_at >= $1',
    [since ?? '-infinity'],
  );
  const work: Task['work'] = async (advance) => {
    const outside = given.map(({ head }) => head);
    const store = new EventStore(database);
    const verified = await verifyLog(database, { store, outside, since, onEvents: advance });
    const findings = verified.flatMap((each) => each.findings);
    if (findings.length > 0) throw new Error(findings.map(sentence).join(' '));
    return reportOf(verified);
  };
  return { about: { verify: 'log', ...(since && { since }) }, steps: rows[0]!.count, work };
}

function reportOf(verified: readonly VerifiedTree[]): object {
  const [newest] = verified;
  if (!newest) throw new Error('The log has no tree yet: the worker has not begun one.');
  const { tree, events, covered, notCoveredSince } = newest;
  return { tree, events, covered, notCoveredSince: notCoveredSince ?? 'none' };
}

function sentence({ problem, leaves, eventId, stream, version }: Finding): string {
  const where = [
    leaves && `leaves ${leaves[0]} to ${leaves[1]}`,
    eventId && `event ${eventId}`,
    stream && `stream ${stream}, version ${version}`,
  ].filter(Boolean);
  return `${problem}${where.length > 0 ? ` (${where.join(', ')})` : ''}`;
}

/** The first task reads the log for all. */
function readModelTasks(owner: Database | undefined): Task[] {
  let rebuilt: ReturnType<typeof rebuild> | undefined;
  return projections.map(({ table }, index): Task => {
    const work = async () => {
      if (!owner) throw new Error('Set MIGRATION_DATABASE_URL: only the owner of the tables can compare read models.');
      rebuilt ??= rebuild(owner, projections, { dryRun: true });
      const { rows, differing } = (await rebuilt)[index]!;
      if (differing.length > 0) throw new Error(`rows ${differing.join(', ')} differ from the log`);
      return { rows };
    };
    return { about: { verify: table }, work };
  });
}

function attemptTask(database: Database, attempt: number, given: readonly SignedCheckpoint[]): Task {
  const work = async () => {
    const { stream } = await existingAttempt(database, attempt);
    const store = new EventStore(database, undefined, { upcasters: null });
    const { events, problem } = await store.readVerified(stream);
    const checkpoints = given.length > 0 ? given : await trustedCheckpoints(database, new EventStore(database));
    const coverage = await coverageOf(database, events, checkpoints);
    const problems = [problem, coverage.problem].filter((each) => each !== undefined);
    if (problems.length > 0) throw new Error(problems.join('; '));
    const { coveredToVersion, notCoveredSince } = coverage;
    return { stream, events: events.length, coveredToVersion, notCoveredSince: notCoveredSince ?? 'none' };
  };
  return { about: { attempt }, work };
}
