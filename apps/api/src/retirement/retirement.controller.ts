import { Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { RetireLearner } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { providersOfLearner, retireAtProvider } from '#delivery';
import type { Origin } from '#domain';
import { ProviderRefused } from '#providers';
import { type Caller } from '#roster';
import { beginAccess } from '../access/access-note.js';
import { Authentication, CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers } from '../document/answers.js';
import { flag, mapOf } from '../document/schemas.js';
import { HttpAnswer } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';

const doneByProvider = mapOf(flag);
const ForRetirement = () =>
  Answers(403, undefined, { description: 'The caller may not retire learners: an empty body' });

/** Retires learners (rest-api.md §5.16, §5.17). */
@ApiTags('retirement')
@Controller('api/edx_proctoring/v1')
export class RetirementController {
  constructor(
    readonly clock: Clock,
    private readonly commands: CommandBus,
    readonly database: Database,
    readonly configuration: Configuration,
    private readonly authentication: Authentication,
  ) {}

  @Post('retire_backend_user/:userId/')
  @Gate('login', { logs: 'always' })
  @ApiOperation({ summary: 'Have the providers delete a learner' })
  @Answers(200, doneByProvider)
  @Answers(500, doneByProvider, { description: 'A provider refused; the others were asked as well' })
  @ForRetirement()
  async retireLearnerAtProviders(@WholeNumber('userId') userId: string, @CurrentUser() me: Caller) {
    await this.beginRetirement(me);
    const done: Record<string, boolean> = {};
    for (const backend of await providersOfLearner(this, userId)) {
      const result = await retireAtProvider(this, backend, Number(userId)).catch((error) => {
        if (error instanceof ProviderRefused) return false;
        throw error;
      });
      if (result !== undefined) done[String(backend)] = result;
    }
    if (Object.values(done).includes(false)) throw new HttpAnswer(500, done);
    return done;
  }

  @Post('retire_user/:userId/')
  @Gate('login', { logs: 'always' })
  @ApiOperation({ summary: 'Forget a learner here: names, allowances, and the key that encrypts personal data' })
  @HttpCode(204)
  @Answers(204)
  @ForRetirement()
  async retireLearner(
    @WholeNumber('userId') userId: string,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ): Promise<void> {
    await this.beginRetirement(me);
    await this.commands.execute(new RetireLearner(userId, this.clock.now(), by));
    this.authentication.forget();
  }

  /** @throws HttpAnswer 403 */
  private beginRetirement({ isSuperuser, username }: Caller): Promise<void> {
    const { retirementServiceWorkerUsername } = this.configuration.settings;
    if (!isSuperuser && username !== retirementServiceWorkerUsername) throw new HttpAnswer(403);
    return beginAccess();
  }
}
