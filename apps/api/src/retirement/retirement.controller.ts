import { Controller, Inject, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type pg from 'pg';
import { CONFIGURATION, POOL, RetireLearner } from '#commands';
import { type Configuration, userObfuscationKeyOf } from '#configuration';
import type { Origin } from '#domain';
import { type Caller, obscuredUserId } from '#platform';
import { ProviderRefused, providerOf } from '#providers';
import { attemptsOf } from '#read-models';
import { Authentication, Gate, Me } from '../authentication.js';
import { Answers } from '../document/answers.js';
import { flag, mapOf } from '../document/schemas.js';
import { HttpAnswer } from '../http-answer.js';
import { now } from '../now.js';
import { By } from '../origin.js';
import { WholeNumber } from '../whole-number.js';

const doneByProvider = mapOf(flag);
const ForRetirement = () => Answers(403, undefined, { description: 'Not one who may retire: an empty body' });

/** Forgetting a learner (rest-api.md §5.16, §5.17). */
@ApiTags('retirement')
@Controller('api/edx_proctoring/v1')
export class RetirementController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(POOL) private readonly pool: pg.Pool,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    private readonly authentication: Authentication,
  ) {}

  @Post('retire_backend_user/:userId/')
  @Gate('login')
  @ApiOperation({ summary: 'Have the providers delete a learner' })
  @Answers(200, doneByProvider)
  @Answers(500, doneByProvider, { description: 'A provider refused; the others were asked all the same' })
  @ForRetirement()
  async atProviders(@WholeNumber('userId') userId: string, @Me() me: Caller) {
    this.check(me);
    const attempts = await attemptsOf(this.pool, userId);
    const backends = new Set(attempts.filter((each) => each.takingAsProctored).map(({ exam }) => exam.backend));
    const done: Record<string, boolean> = {};
    for (const backend of backends) {
      const result = await this.retireAt(backend, Number(userId));
      if (result !== undefined) done[String(backend)] = result;
    }
    if (Object.values(done).includes(false)) throw new HttpAnswer(500, done);
    return done;
  }

  @Post('retire_user/:userId/')
  @Gate('login')
  @ApiOperation({ summary: 'Forget a learner here: names, allowances, and the key to all that is sealed' })
  @Answers(204)
  @ForRetirement()
  async here(@WholeNumber('userId') userId: string, @Me() me: Caller, @By() by: Origin) {
    this.check(me);
    await this.commands.execute(new RetireLearner(userId, now(), by));
    this.authentication.forget();
    throw new HttpAnswer(204);
  }

  private check({ isSuperuser, username }: Caller) {
    const { retirementServiceWorkerUsername } = this.configuration.settings;
    if (!isSuperuser && username !== retirementServiceWorkerUsername) throw new HttpAnswer(403);
  }

  private async retireAt(backend: string | null, userId: number): Promise<boolean | undefined> {
    const id = obscuredUserId(userId, userObfuscationKeyOf(this.configuration), backend);
    try {
      return await providerOf(this.configuration.settings, backend).retireUser(id);
    } catch (error) {
      if (error instanceof ProviderRefused) return false;
      throw error;
    }
  }
}
