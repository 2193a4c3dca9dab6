import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { isIncomplete, ReadyAttempt } from '#domain';
import { providerOf } from '#providers';
import { attemptByCode } from '#read-models';
import { Gate } from '../auth/authentication.js';
import { Answers, Redirects } from '../document/answers.js';
import { text } from '../document/schemas.js';
import { links } from '../http/links.js';
import { ExamCookies } from './exam-cookies.js';

/**
 * A secure browser opens an exam here. Nobody is logged in; the exam code identifies the attempt (rest-api.md §5.22). The
 * request makes an attempt ready to start, and does not change an attempt that has started.
 */
@ApiTags('providers')
@Controller('api/edx_proctoring/proctoring_launch_callback/start_exam')
export class LaunchController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly examCookies: ExamCookies,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  @Get(':attemptCode')
  @Gate('anyone')
  @ApiOperation({ summary: 'Open an exam in a secure browser' })
  @Redirects('The exam in its course; with a signed cookie `exam` where the provider has a secure browser')
  @Answers(404, text, { type: 'text/html' })
  launchExam(@Param('attemptCode') code: string, @Req() { method }: FastifyRequest, @Res() reply: FastifyReply) {
    return this.launch(code, reply, method === 'GET');
  }

  @Post(':attemptCode')
  @Gate('anyone')
  @ApiOperation({ summary: 'Open an exam in a secure browser, by POST' })
  @Redirects('The exam in its course; with a signed cookie `exam` where the provider has a secure browser')
  @Answers(404, text, { type: 'text/html' })
  launchExamByPost(@Param('attemptCode') code: string, @Res() reply: FastifyReply) {
    return this.launch(code, reply, true);
  }

  /** `acts` is false for HEAD, which changes nothing. */
  private async launch(code: string, reply: FastifyReply, acts: boolean) {
    const attempt = /^[-a-zA-Z0-9_]+$/.test(code) ? await attemptByCode(this.database, code) : undefined;
    if (!attempt)
      return reply
        .code(404)
        .type('text/html; charset=utf-8')
        .send(Buffer.from('You have entered an exam code that is not valid.'));
    const { exam } = attempt;
    const provider = exam.isProctored ? providerOf(this.configuration.settings, exam.backend) : undefined;
    if (acts && provider?.blocksExamMaterial && isIncomplete(attempt.status)) {
      const at = this.clock.now();
      const origin = { actor: { kind: 'provider', name: provider.name } } as const;
      await this.commands.execute(new ReadyAttempt(attempt, { attemptId: attempt.id, at }, origin));
      reply.header('Set-Cookie', await this.examCookies.headerFor(attempt, at));
    }
    return reply.redirect(links.jumpTo(exam.courseId, exam.contentId), 302);
  }
}
