import { Controller, Get, Redirect } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { NotReady, readinessOf } from '#operations';
import { Gate } from '../auth/authentication.js';
import { Answers } from '../document/answers.js';
import { detail, either, listOf, object, text } from '../document/schemas.js';
import { HttpAnswer } from '../http/http-answer.js';
import { Draining } from './draining.js';
import { overall, ready } from './health.answers.js';
import { Writability } from './writability.js';

const overallHealth = (status: 'OK' | 'UNAVAILABLE') => ({
  overall_status: status,
  detailed_status: { database_status: status },
});

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    readonly database: Database,
    readonly configuration: Configuration,
    readonly clock: Clock,
    private readonly draining: Draining,
    private readonly writability: Writability,
  ) {}

  @Get('live')
  @Gate('anyone')
  @ApiOperation({ summary: 'The process answers' })
  @Answers(200, object('Alive', { status: text }))
  checkLiveness() {
    return { status: 'ok' };
  }

  @Get('ready')
  @Gate('anyone', { limitMs: 4_000 })
  @ApiOperation({ summary: 'Requests can be served: the database is reachable and up to date' })
  @Answers(200, ready)
  @Answers(503, either(object('NotReady', { status: text }, { missing: listOf(text) }), detail))
  async checkReadiness() {
    if (this.draining.hasBegun) throw new HttpAnswer(503, { status: 'ending' });
    const readiness = await readinessOf(this).catch((error) => {
      if (!(error instanceof NotReady)) throw error;
      const { message: status, missing } = error;
      throw new HttpAnswer(503, { status, ...(missing && { missing }) });
    });
    const problem = await this.writability.problem();
    if (problem) throw new HttpAnswer(503, { status: `the database refuses writes: ${problem}` });
    return readiness;
  }

  /** Its path is `/health/` (edx-exams.md §5.14). */
  @Get('overall')
  @Gate('anyone', { limitMs: 4_000 })
  @ApiOperation({ summary: 'The same in the words of Open edX' })
  @Answers(200, overall)
  @Answers(503, overall)
  async checkHealth() {
    try {
      await this.checkReadiness();
      return overallHealth('OK');
    } catch {
      throw new HttpAnswer(503, overallHealth('UNAVAILABLE'));
    }
  }

  @Get()
  @Gate('anyone')
  @Redirect('/health/', 301)
  @ApiOperation({ summary: 'Leads to `/health/`' })
  @Answers(301, undefined, { headers: { Location: { schema: text } } })
  redirectToHealth(): void {}
}
