import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock, type ClockState } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
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
import { unwitnessedSeconds, type WitnessPolicy, witnessPolicyOf } from '#merkle-log';
import { migrationNames } from '../../../../migrations/index.js';
import { Gate } from '../auth/authentication.js';
import { Answers } from '../document/answers.js';
import { detail, either, integer, listOf, number, object, orNull, text, time } from '../document/schemas.js';
import { HttpAnswer } from '../http/http-answer.js';
import { Draining } from './draining.js';
import { Writability } from './writability.js';

const applied = 'select array_agg(name) as names from migrations';
/** Readers of the log see nothing at or above the oldest running transaction. */
const heldBack = `select pg_snapshot_xmax(snapshot)::text::bigint - pg_snapshot_xmin(snapshot)::text::bigint as transactions
                    from pg_current_snapshot() snapshot`;

const provider = object<ProviderState>('Vendor', { provider: text, circuit: text, deadLetters: integer });
const transaction = object<OpenTransaction>('OpenTransaction', {
  database: text,
  pid: orNull(integer),
  gid: orNull(text),
  application: orNull(text),
  seconds: number,
});
const stopped = object<StoppedSubscription>('StoppedFollower', { follower: text, reason: text });
const clock = object<ClockState>('Clock', { now: time, skewSeconds: number, endsNoAttempt: orNull(text) });
type Witnessing = { unwitnessedSeconds: number; problem: string | null };
const witnessing = object<Witnessing>('Witnessing', { unwitnessedSeconds: number, problem: orNull(text) });
const ready = object('Ready', {
  status: text,
  clock,
  generation: integer,
  transactionsHeldBack: integer,
  openTransactions: listOf(transaction),
  stopped: listOf(stopped),
  vendors: listOf(provider),
  witnesses: orNull(witnessing),
});

@ApiTags('health')
@Controller('health')
export class HealthController {
  private readonly witnesses: WitnessPolicy;

  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly draining: Draining,
    private readonly clock: Clock,
    private readonly writability: Writability,
  ) {
    this.witnesses = witnessPolicyOf(configuration);
  }

  @Get('live')
  @Gate('anyone')
  @ApiOperation({ summary: 'The process answers' })
  @Answers(200, object('Alive', { status: text }))
  checkLiveness() {
    return { status: 'ok' };
  }

  @Get('ready')
  @Gate('anyone')
  @ApiOperation({ summary: 'Requests can be served: the database is reachable and up to date' })
  @Answers(200, ready)
  @Answers(503, either(object('NotReady', { status: text }, { missing: listOf(text) }), detail))
  async checkReadiness() {
    if (this.draining.hasBegun) throw new HttpAnswer(503, { status: 'ending' });
    const { rows } = await this.database.query(applied);
    const missing = migrationNames.filter((name) => !rows[0].names?.includes(name));
    if (missing.length > 0) throw new HttpAnswer(503, { status: 'migrations are missing', missing });
    const { generation } = await writableGenerationOf(this.database).catch((error) => {
      throw error instanceof LogNotWritable ? new HttpAnswer(503, { status: error.message }) : error;
    });
    const left = await positionsLeft(this.database);
    if (left < partitionSize)
      throw new HttpAnswer(503, { status: `the log has room for ${left} more events, less than one partition` });
    const problem = await this.writability.problem();
    if (problem) throw new HttpAnswer(503, { status: `the database refuses writes: ${problem}` });
    const [{ transactions }] = (await this.database.query(heldBack)).rows;
    const providers = await providerStates(this.database, this.configuration.settings);
    const open = await openTransactions(this.database);
    const stopped = await stoppedSubscriptions(this.database);
    await this.clock.synchronize();
    return {
      status: 'ok',
      clock: this.clock.state(),
      generation,
      transactionsHeldBack: Number(transactions),
      openTransactions: open,
      stopped,
      vendors: providers,
      witnesses: await this.witnessing(),
    };
  }

  /** Null when no witnesses are configured. */
  private async witnessing(): Promise<Witnessing | null> {
    if (this.witnesses.witnesses.length === 0) return null;
    const seconds = await unwitnessedSeconds(this.database, this.witnesses);
    const { unwitnessedMaxSeconds: most } = this.configuration;
    const problem = `Signed checkpoints have lacked witnesses for more than ${most} seconds.`;
    return { unwitnessedSeconds: seconds, problem: seconds > most ? problem : null };
  }
}
