import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { Database } from '#connections';
import { isInProgress } from '#domain';
import { type AttemptRecord, activeAttemptOf, configurationOfCourse, newestAttemptAtContent } from '#read-models';
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

  /** A running attempt of a course without an LTI tool comes before an ended one, in the shape of edx-proctoring (edx-exams.md §5.8). */
  @Get()
  @Gate('login', { priority: 'poll', logs: 'refusals' })
  @ApiOperation({ summary: "The caller's newest attempt at an exam, or else the one that runs" })
  @Answers(200, either(studentAttempt, timerOrNothing))
  @Answers(502, failure)
  @QueryParam('content_id', text)
  async getLatestExamAttempt(@CurrentUser() me: Caller, @Query('content_id') contentId?: string) {
    const at = this.clock.now();
    const active = await this.attempts.seen(await activeAttemptOf(this.database, me.userId), at);
    const running = active && isInProgress(active.status) ? active : undefined;
    const asked = contentId ? await newestAttemptAtContent(this.database, me.userId, contentId) : undefined;
    const attempt = (await this.attempts.seen(asked, at)) ?? (await this.ofEdxExams(active));
    if (attempt && isInProgress(attempt.status)) return this.attempts.jsonOf(attempt, at);
    if (running && !(await this.ofEdxExams(running))) return this.timer.of(running, at, true);
    return attempt ? this.attempts.jsonOf(attempt, at) : {};
  }

  /** The attempt, if its course has an LTI tool. */
  private async ofEdxExams(attempt: AttemptRecord | undefined): Promise<AttemptRecord | undefined> {
    if (!attempt) return undefined;
    const { provider } = await configurationOfCourse(this.database, attempt.exam.courseId);
    return provider === null ? undefined : attempt;
  }
}
