import { Controller, Get, NotFoundException, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { AttemptTimeouts, learnerAtExamOf, learnerAtExamStream, readableTimeline } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { appealableUntil, isInProgress, isReached, judgementOf, remainingSeconds } from '#domain';
import { EventStore, type RecordedEvent } from '#event-store';
import { type AttemptRecord, attemptById, attemptsOfLearnerBefore } from '#read-models';
import { type Caller, courseNames } from '#roster';
import { noteSubject } from '../access/access-note.js';
import { PollTimes } from '../attempts/poll-times.js';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { idNumber } from '../document/schemas.js';
import { WholeNumber } from '../http/whole-number.js';
import { idIn } from '../requests/ids.js';
import { ownAttempt, ownAttemptJson, ownAttempts } from './own-attempts.answers.js';

const pageSize = 25;

/** Learners see their own attempts. Attempts of others are not found. */
@ApiTags('learners')
@Controller('api/exams/v1/me/attempts')
export class OwnAttemptsController {
  constructor(
    private readonly clock: Clock,
    private readonly timeouts: AttemptTimeouts,
    private readonly pollTimes: PollTimes,
    private readonly events: EventStore,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  @Get()
  @Gate('login', { logs: 'refusals' })
  @ApiOperation({ summary: "The caller's attempts in all courses, newest first" })
  @QueryParam('before', idNumber, 'Only attempts with a smaller id')
  @Answers(200, ownAttempts)
  async listOwnAttempts(@CurrentUser() me: Caller, @Query() query: { before?: string }) {
    const before = idIn(query.before, 'before');
    const found = await attemptsOfLearnerBefore(this.database, me.userId, before ?? null, pageSize + 1);
    const shown = found.slice(0, pageSize);
    const names = await courseNames(
      this.database,
      shown.map(({ exam }) => exam.courseId),
    );
    return {
      attempts: shown.map((attempt) => ownAttemptJson(attempt, names.get(attempt.exam.courseId))),
      next_before: found.length > pageSize ? shown.at(-1)!.id : null,
    };
  }

  @Get(':attemptId')
  @Gate('login', { priority: 'poll', logs: 'others' })
  @ApiOperation({ summary: 'An attempt of the caller, with the time that is left' })
  @Answers(200, ownAttempt)
  async getOwnAttempt(@WholeNumber('attemptId') attemptId: string, @CurrentUser() me: Caller) {
    const found = await attemptById(this.database, attemptId);
    if (found) noteSubject(found.userId);
    if (found?.userId !== me.userId) throw new NotFoundException();
    const at = this.clock.now();
    const attempt = await this.timeouts.submitIfOverdue(found, at);
    const isRunning = isInProgress(attempt.status);
    if (isRunning) this.pollTimes.record(attempt, at);
    const [names, history] = await Promise.all([
      courseNames(this.database, [attempt.exam.courseId]),
      this.events.read(learnerAtExamStream(attempt)),
    ]);
    const timeline = await readableTimeline(this.database, attempt, history, attempt.id);
    return {
      ...ownAttemptJson(attempt, names.get(attempt.exam.courseId)),
      time_remaining_seconds: isRunning ? remainingSeconds(attempt, at) : 0,
      messages: timeline.flatMap(({ what, at, message: text }) => (what === 'message_sent' ? { at, text } : [])),
      may_appeal_until: this.mayAppealUntil(attempt, history, at),
    };
  }

  private mayAppealUntil({ id, status }: AttemptRecord, history: RecordedEvent[], at: string): string | null {
    const appeal = learnerAtExamOf(history).appeals[id];
    const judgement = judgementOf(history as Parameters<typeof judgementOf>[0], id);
    const until = appealableUntil(status, judgement, appeal, this.configuration.appealDays);
    return until === null || isReached(until, at) ? null : until;
  }
}
