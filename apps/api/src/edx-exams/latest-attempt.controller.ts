import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { Database } from '#connections';
import { isInProgress } from '#domain';
import { type AttemptRecord, newestAttemptAtContent, runningAtTools, runningWithoutTool } from '#read-models';
import type { Caller } from '#roster';
import { timerOrNothing } from '../attempts/attempts.answers.js';
import { Timer } from '../attempts/timer.js';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { Surface } from '../auth/surfaces.js';
import { Answers, QueryParam } from '../document/answers.js';
import { either, failure, text } from '../document/schemas.js';
import { studentAttempt } from './student-attempt.answers.js';
import { StudentAttempts } from './student-attempts.js';

@ApiTags('attempts')
@Controller('api/v1/exams/attempt/latest')
@Surface('edx-exams')
export class LatestAttemptController {
  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly attempts: StudentAttempts,
    private readonly timer: Timer,
  ) {}

  /** An attempt that runs in a course without an LTI tool comes before an ended one, in edx-proctoring's shape (edx-exams.md §5.8). */
  @Get()
  @Gate('login', { priority: 'poll', logs: 'refusals' })
  @ApiOperation({ summary: "The caller's newest attempt at an exam, or else the one that runs" })
  @Answers(200, either(studentAttempt, timerOrNothing))
  @Answers(502, failure)
  @QueryParam('content_id', text)
  async getLatestExamAttempt(@CurrentUser() me: Caller, @Query('content_id') contentId?: string) {
    const at = this.clock.now();
    const asked = contentId ? await newestAttemptAtContent(this.database, me.userId, contentId) : undefined;
    const [running] = asked ? [] : await runningAtTools(this.database, me.userId);
    const attempt = await this.attempts.seen(asked ?? running, at);
    const elsewhere = attempt && isInProgress(attempt.status) ? undefined : await this.runningElsewhere(me.userId, at);
    if (elsewhere) return this.timer.of(elsewhere, at, true);
    return attempt ? this.attempts.jsonOf(attempt, at) : {};
  }

  private async runningElsewhere(userId: number, at: string): Promise<AttemptRecord | undefined> {
    const [running] = await runningWithoutTool(this.database, userId);
    const seen = await this.attempts.seen(running, at);
    return seen && isInProgress(seen.status) ? seen : undefined;
  }
}
