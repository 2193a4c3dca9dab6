import { Body, Controller, Delete, Get, Logger, Param, Post, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { AttemptTimeouts, type Outcome } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import {
  AcknowledgeReviewStatus,
  CreateAttempt,
  humanizedMinutes,
  type Origin,
  pythonRepr,
  Refusal,
  RemoveAttempt,
  remainingSeconds,
  roundHalfEven,
} from '#domain';
import { type AttemptRecord, activeAttemptOf, attemptById, attemptJson } from '#read-models';
import type { Caller } from '#roster';
import { beginAccess, noteSubject } from '../access/access-note.js';
import { type Addressed, CurrentUser, Gate, isStaffOf, Loaded } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers, RequestBody } from '../document/answers.js';
import { detail, either, failure } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { WholeNumber, wholeNumber } from '../http/whole-number.js';
import { longBody } from '../requests/body.js';
import { idIn, idOfAnySizeIn, isFalsy } from '../requests/ids.js';
import { ValidBody, validated } from '../requests/validated.js';
import { attempted } from './attempted.js';
import { actions, priorityByBody } from './attempts.actions.js';
import {
  attemptIdSchema,
  changedAttemptId,
  noTimer,
  notConfirmed,
  polledAttempt,
  timerSchema,
} from './attempts.answers.js';
import { ChangeAttemptRequest, CreateAttemptRequest } from './attempts.requests.js';
import { PollTimes } from './poll-times.js';
import { Timer } from './timer.js';

@ApiTags('attempts')
@Controller('api/edx_proctoring/v1/proctored_exam/attempt')
export class AttemptsController {
  private readonly logger = new Logger('Attempts');

  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly timeouts: AttemptTimeouts,
    private readonly timer: Timer,
    private readonly pollTimes: PollTimes,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  @Get()
  @Gate('login', { priority: 'poll', logs: 'refusals' })
  @ApiOperation({ summary: "The timer of the caller's running attempt" })
  @Answers(200, either(timerSchema, noTimer))
  @Answers(502, failure)
  async getTimer(@CurrentUser() me: Caller) {
    const attempt = await activeAttemptOf(this.database, me.userId);
    const at = this.clock.now();
    if (attempt) this.pollTimes.record(attempt, at);
    return attempt
      ? this.timer.of(await this.timeouts.submitIfOverdue(attempt, at), at, false)
      : { in_timed_exam: false, is_proctored: false };
  }

  @Post()
  @Gate('login', { priority: 'start', logs: 'refusals' })
  @ApiOperation({ summary: 'Create an attempt of the caller, and start it if asked' })
  @RequestBody(CreateAttemptRequest)
  @Answers(200, attemptIdSchema)
  @Answers(502, failure)
  async createAttempt(
    @ValidBody('detail') request: CreateAttemptRequest,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ) {
    const examId = idOfAnySizeIn(request.exam_id, 'exam_id');
    if (examId === undefined) throw noExam(request.exam_id);
    const isTrue = (flag = 'false') => flag.toLowerCase() === 'true';
    const command = new CreateAttempt(
      { examId, userId: me.userId },
      {
        takingAsProctored: isTrue(request.attempt_proctored),
        startClock: isTrue(request.start_clock),
        at: this.clock.now(),
      },
      by,
    );
    try {
      const outcome: Outcome = await this.commands.execute(command);
      return { exam_attempt_id: outcome.currentAttemptId };
    } catch (error) {
      throw error instanceof Refusal && error.code === 'exam_not_found' ? noExam(request.exam_id) : error;
    }
  }

  @Get(':attemptId')
  @Gate('login', { priority: 'poll', logs: 'others' })
  @ApiOperation({ summary: 'An attempt of the caller, with the time that is left: the poll' })
  @Answers(200, polledAttempt)
  async getAttempt(@WholeNumber('attemptId') attemptId: string, @CurrentUser() me: Caller) {
    const found = await attemptById(this.database, attemptId);
    if (!found) throw unknown(`Attempted to get attempt_id=${attemptId} but this attempt does not exist.`);
    noteSubject(found.userId);
    if (found.userId !== me.userId)
      throw forbidden(`user_id=${me.userId} attempted to get attempt_id=${attemptId} but does not have authorization.`);
    const at = this.clock.now();
    this.pollTimes.record(found, at);
    const attempt = await this.timeouts.submitIfOverdue(found, at);
    const seconds = remainingSeconds(attempt, at);
    return {
      ...attemptJson(attempt),
      time_remaining_seconds: seconds,
      accessibility_time_string:
        seconds < 60
          ? 'you have less than a minute remaining'
          : `you have ${humanizedMinutes(roundHalfEven(seconds / 60))} remaining`,
    };
  }

  @Put(':attemptId')
  @Gate('login', { priority: 'submit', priorityByBody, logs: 'others', largestBody: longBody })
  @ApiOperation({ summary: 'Start, stop, submit, decline … an attempt' })
  @RequestBody(ChangeAttemptRequest)
  @Answers(200, changedAttemptId)
  @Answers(502, failure)
  async changeAttempt(
    @WholeNumber('attemptId') attemptId: string,
    @Body() body: unknown,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ) {
    const attempt = await attemptById(this.database, attemptId);
    if (!attempt) throw unknown(`Attempted to update attempt_id=${attemptId} but it does not exist.`);
    const at = this.clock.now();
    noteSubject(attempt.userId);
    const isOwner = attempt.userId === me.userId;
    // This happens even if the request is refused afterwards: the owner was here after the time was over.
    if (isOwner) await this.timeouts.submitIfOverdue(attempt, at);
    // The reference checks the attempt before the body.
    const { action, user_id } = validated(ChangeAttemptRequest, body, 'detail');
    if (!(await this.mayChange(attempt, me, action, user_id)))
      throw forbidden(
        `${attempted('update', attempt, me)} but does not have access to it. (action=${pythonRepr(action)})`,
      );
    const command = typeof action === 'string' && Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (!command) throw new Refusal('unknown_action', `action: there is no action ${pythonRepr(action)}.`);
    // The line leaves `detail` out: a browser may send any text, and log lines outlive a learner's retirement.
    if (action === 'error')
      this.logger.warn({ message: 'A browser reported an error', attemptId: attempt.id, userId: me.userId });
    if (!isOwner) {
      await beginAccess();
      await this.timeouts.submitIfOverdue(attempt, at);
    }
    const outcome: Outcome = await this.commands.execute(command({ attempt, at, by }));
    if (action === 'error' && !outcome.changed) return { exam_attempt_id: false };
    return {
      exam_attempt_id: action === 'start' || action === 'reset_attempt' ? outcome.currentAttemptId : attempt.id,
    };
  }

  @Put(':attemptId/review_status')
  @Gate('login', { logs: 'others' })
  @ApiOperation({ summary: 'Acknowledge the result of an attempt; the learner then sees the exam' })
  @Answers(200)
  async acknowledgeReviewStatus(
    @Param('attemptId') id: string,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ): Promise<void> {
    if (!this.configuration.settings.proctoredExamViewablePastDue)
      throw refused(404, 'Cannot update attempt review status');
    const attemptId = wholeNumber(id, 'attemptId');
    const attempt = await attemptById(this.database, attemptId);
    if (!attempt)
      throw unknown(`Attempted to update exam attempt with attempt_id=${attemptId} but this attempt does not exist.`);
    noteSubject(attempt.userId);
    if (attempt.userId !== me.userId)
      throw forbidden(
        `user_id=${me.userId} attempted to update attempt_id=${attemptId} review status to acknowledged in exam_id=${attempt.examId}, but does not have authorization.`,
      );
    const at = this.clock.now();
    await this.timeouts.submitIfOverdue(attempt, at);
    await this.commands.execute(new AcknowledgeReviewStatus(attempt, { attemptId: attempt.id, at }, by));
  }

  @Delete(':attemptId')
  @Gate('course', { loads: attemptToRemove, courses: ({ loaded }) => loaded.exam.courseId, logs: 'always' })
  @ApiOperation({ summary: "Remove an attempt, and the learner's work in it" })
  @Answers(200)
  @Answers(502, detail, { description: notConfirmed })
  async removeAttempt(@Loaded() attempt: AttemptRecord, @CurrentOrigin() by: Origin): Promise<void> {
    noteSubject(attempt.userId);
    await this.commands.execute(new RemoveAttempt(attempt, { attemptId: attempt.id, at: this.clock.now() }, by));
  }

  /** Only the owner may. `mark_ready_to_resume` is for staff alone, who name the owner in `user_id` (rest-api.md §5.3). */
  private async mayChange(attempt: AttemptRecord, me: Caller, action: unknown, userId: unknown): Promise<boolean> {
    const isResume = action === 'mark_ready_to_resume';
    if (!isResume) return isFalsy(userId) && attempt.userId === me.userId;
    const owner = isFalsy(userId) ? me.userId : idIn(userId, 'user_id');
    if (owner !== attempt.userId) return false;
    return isStaffOf(this.database, me, attempt.exam.courseId);
  }
}

const unknown = (message: string) => new Refusal('attempt_not_found', message);
const forbidden = (message: string) => refused(403, message);
const noExam = (examId: unknown) =>
  new Refusal('exam_not_found', `Attempted to get exam_id=${pythonRepr(examId)}, but this exam does not exist.`);

async function attemptToRemove({ database, params }: Addressed): Promise<AttemptRecord> {
  const attemptId = wholeNumber(params.attemptId, 'attemptId');
  const attempt = await attemptById(database, attemptId);
  if (attempt) return attempt;
  throw unknown(`Attempted to delete attempt_id=${attemptId} but this attempt does not exist.`);
}
