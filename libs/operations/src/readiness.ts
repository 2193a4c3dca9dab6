import { type Clock, type ClockState } from '#clock';
import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import { type ProviderState, providerStates } from '#delivery';
import {
  LogNotWritable,
  type OpenTransaction,
  openTransactions,
  partitionSize,
  positionsLeft,
  type StoppedSubscription,
  stoppedSubscriptions,
  writableGenerationOf,
} from '#event-store';
import { unwitnessedSeconds, witnessPolicyOf } from '#merkle-log';
import { migrationNames } from '../../../migrations/index.js';

type Dependencies = { database: Database; configuration: Configuration; clock: Clock };

export type Witnessing = { unwitnessedSeconds: number; problem: string | null };

/** The answer of `/health/ready` of a service that can serve requests. */
export type Readiness = {
  status: string;
  clock: ClockState;
  generation: number;
  transactionsHeldBack: number;
  openTransactions: OpenTransaction[];
  stopped: StoppedSubscription[];
  vendors: ProviderState[];
  /** Null when no witnesses are configured. */
  witnesses: Witnessing | null;
};

/** Requests cannot be served. The message says why; `missing` names migrations. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
  constructor(
    problem: string,
    readonly missing?: string[],
  ) {
    super(problem);
  }
}

const applied = 'select array_agg(name) as names from migrations';
/** Readers of the log see nothing at or above the oldest running transaction. */
const heldBack = `select pg_snapshot_xmax(snapshot)::text::bigint - pg_snapshot_xmin(snapshot)::text::bigint as transactions
                    from pg_current_snapshot() snapshot`;

/** Whether requests can be served: the database is reachable, up to date and has room. @throws NotReady */
export async function readinessOf({ database, configuration, clock }: Dependencies): Promise<Readiness> {
  const { rows } = await database.query(applied);
  const missing = migrationNames.filter((name) => !rows[0].names?.includes(name));
  if (missing.length > 0) throw new NotReady('migrations are missing', missing);
  const { generation } = await writableGenerationOf(database).catch((error) => {
    throw error instanceof LogNotWritable ? new NotReady(error.message) : error;
  });
  const left = await positionsLeft(database);
  if (left < partitionSize) throw new NotReady(`the log has room for ${left} more events, less than one partition`);
  const [{ transactions }] = (await database.query(heldBack)).rows;
  await clock.synchronize();
  return {
    status: 'ok',
    clock: clock.state(),
    generation,
    transactionsHeldBack: Number(transactions),
    openTransactions: await openTransactions(database),
    stopped: await stoppedSubscriptions(database),
    vendors: await providerStates(database, configuration.settings),
    witnesses: await witnessing(database, configuration),
  };
}

async function witnessing(database: Database, configuration: Configuration): Promise<Witnessing | null> {
  const policy = witnessPolicyOf(configuration);
  if (policy.witnesses.length === 0) return null;
  const seconds = await unwitnessedSeconds(database, policy);
  const { unwitnessedMaxSeconds: most } = configuration;
  const problem = `Signed checkpoints have lacked witnesses for more than ${most} seconds.`;
  return { unwitnessedSeconds: seconds, problem: seconds > most ? problem : null };
}
