import { All, Controller, Inject, Param, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { Clock } from '#clock';
import { CONFIGURATION, FreshAttempts, POOL } from '#commands';
import { type Configuration, cookieSecretOf } from '#configuration';
import { EnterSecureBrowser } from '#domain';
import { attemptByCode } from '#read-models';
import { Gate } from '../authentication.js';
import { Answers, Redirects } from '../document/answers.js';
import { text } from '../document/schemas.js';
import { links } from '../links.js';
import { signedCookie } from './signed-cookie.js';

/** Where a secure browser comes in: nobody is logged in there, the exam code says who it is (rest-api.md §5.22). */
@ApiTags('providers')
@Controller('api/edx_proctoring/proctoring_launch_callback/start_exam')
export class LaunchController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly fresh: FreshAttempts,
    @Inject(POOL) private readonly pool: pg.Pool,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  @All(':attemptCode')
  @Gate('anyone')
  @ApiOperation({ summary: 'A learner comes in through a secure browser' })
  @Redirects('The exam in its course, with a signed cookie `exam`')
  @Answers(404, text, { type: 'text/html' })
  async launch(@Param('attemptCode') attemptCode: string, @Res() reply: FastifyReply) {
    const found = /^[-a-zA-Z0-9_]+$/.test(attemptCode) ? await attemptByCode(this.pool, attemptCode) : undefined;
    if (!found)
      return reply
        .code(404)
        .type('text/html; charset=utf-8')
        .send(Buffer.from('You have entered an exam code that is not valid.'));
    const at = this.clock.now();
    const attempt = await this.fresh.of(found, at);
    const provider = { kind: 'provider', name: attempt.exam.backend ?? 'default' } as const;
    await this.commands.execute(new EnterSecureBrowser(attempt, { attemptId: attempt.id, at }, { actor: provider }));
    const cookie = signedCookie('exam', attemptCode, cookieSecretOf(this.configuration), at);
    return reply
      .header('Set-Cookie', `exam=${cookie}; Path=/`)
      .redirect(links.jumpTo(attempt.exam.courseId, attempt.exam.contentId), 302);
  }
}
