import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { Configuration, settingsInForce } from '#configuration';
import { Database } from '#connections';
import {
  healthDays,
  healthHistory,
  NotReady,
  providerStatuses,
  readinessOf,
  subscriptionStatuses,
  systemStatus,
} from '#operations';
import { Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { integer } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { history, providers, settingsSchema, subscriptions, system } from './status.answers.js';

const mostHours = 24 * healthDays;

/** The state of the service, for operators. The answers have no data of learners, so only refusals are recorded. */
@ApiTags('operations')
@Controller('api/operations/v1')
export class StatusController {
  constructor(
    readonly database: Database,
    readonly configuration: Configuration,
    readonly clock: Clock,
  ) {}

  @Get('subscriptions')
  @Gate('staff', { logs: 'others' })
  @ApiOperation({ summary: 'Each subscription: how far it is behind the log, who leads it, and its last error' })
  @Answers(200, subscriptions)
  async listSubscriptions() {
    return { results: await subscriptionStatuses(this.database, this.configuration) };
  }

  @Get('providers')
  @Gate('staff', { logs: 'others' })
  @ApiOperation({ summary: 'Each provider: its circuit, its notifications, and its refused reviews' })
  @Answers(200, providers)
  async listProviders() {
    return { results: await providerStatuses(this.database, this.configuration) };
  }

  @Get('system')
  @Gate('staff', { logs: 'others' })
  @ApiOperation({ summary: 'Health now; the log, its Merkle tree and witnesses; Kafka; leaders; open transactions' })
  @Answers(200, system)
  async getSystem() {
    const problem = await readinessOf(this).then(
      () => null,
      (error) => {
        if (error instanceof NotReady) return error.message;
        throw error;
      },
    );
    const status = await systemStatus(this.database, this.configuration, this.clock);
    return { ready: problem === null, problem, ...status };
  }

  @Get('health')
  @Gate('staff', { logs: 'others' })
  @ApiOperation({ summary: 'Health in the last hours, as the worker recorded it each minute' })
  @QueryParam('hours', { ...integer, minimum: 1, maximum: mostHours }, 'How far to look back; 24 if absent')
  @Answers(200, history)
  getHealthHistory(@Query('hours') hours = '24') {
    if (!/^[1-9]\d{0,2}$/.test(hours) || Number(hours) > mostHours)
      throw refused(400, `hours: not a whole number from 1 to ${mostHours}.`);
    return healthHistory(this.database, this.clock, Number(hours));
  }

  @Get('settings')
  @Gate('staff', { logs: 'others' })
  @ApiOperation({ summary: 'The configuration of the process that answers, without secrets' })
  @Answers(200, settingsSchema)
  listSettings() {
    return { results: settingsInForce(this.configuration) };
  }
}
