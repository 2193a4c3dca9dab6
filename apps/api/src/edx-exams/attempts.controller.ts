import { Body, Controller, Delete, HttpCode, Post, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { AttemptTimeouts, type Outcome } from '#commands';
import { Database } from '#connections';
import { CreateAttempt, type Origin, pythonRepr, Refusal, RemoveAttempt } from '#domain';
import { type AttemptRecord, attemptById, generationById } from '#read-models';
import type { Caller } from '#roster';
import { beginAccess, noteSubject } from '../access/access-note.js';
import { attempted } from '../attempts/attempted.js';
import { priorityByBody } from '../attempts/attempts.actions.js';
import { attemptIdSchema } from '../attempts/attempts.answers.js';
import { CreateAttemptRequest } from '../attempts/attempts.requests.js';
import { CurrentUser, Gate, isStaffOf } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Surface } from '../auth/surfaces.js';
import { Answers, RequestBody } from '../document/answers.js';
import { failure } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { longBody } from '../requests/body.js';
import { idIn } from '../requests/ids.js';
import { ValidBody, validated } from '../requests/validated.js';
import { learnerActions, staffActions } from './attempts.actions.js';
import { ChangeExamAttemptRequest } from './attempts.requests.js';

@ApiTags('attempts')
@Controller('api/v1/exams/attempt')
@Surface('edx-exams')
export class ExamAttemptsController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly timeouts: AttemptTimeouts,
    private readonly database: Database,
  ) {}

  @Post()
  @Gate('login', { priority: 'start', logs: 'refusals' })
  @ApiOperation({ summary: 'Create an attempt of the caller by the rules of edx-exams, and start it if asked' })
  @RequestBody(CreateAttemptRequest)
  @Answers(200, attemptIdSchema)
  @Answers(502, failure)
  async createExamAttempt(
    @ValidBody('detail') request: CreateAttemptRequest,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ) {
    const id = idIn(request.exam_id, 'exam_id');
    const generation = id === undefined ? undefined : await generationById(this.database, id);
    if (!generation)
      throw new Refusal('exam_not_found', `Exam with exam_id=${pythonRepr(request.exam_id)} does not exist.`);
    const { examId, isProctored, isCurrent } = generation;
    const data = {
      takingAsProctored: isProctored,
      startClock: request.start_clock?.toLowerCase() === 'true',
      ...(isCurrent ? {} : { generationId: generation.id }),
      at: this.clock.now(),
    };
    const command = new CreateAttempt({ examId, userId: me.userId }, data, by);
    const outcome: Outcome = await this.commands.execute(command);
    return { exam_attempt_id: outcome.currentAttemptId };
  }

  @Put(':attemptId')
  @Gate('login', { priority: 'submit', priorityByBody, logs: 'others', largestBody: longBody })
  @ApiOperation({ summary: 'Start, stop, submit … the own attempt; staff verify or reject an attempt' })
  @RequestBody(ChangeExamAttemptRequest)
  @Answers(200, attemptIdSchema)
  @Answers(502, failure)
  async changeExamAttempt(
    @WholeNumber('attemptId') attemptId: string,
    @Body() body: unknown,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ) {
    const attempt = await attemptById(this.database, attemptId);
    // The reference's spelling.
    if (!attempt) throw new Refusal('attempt_not_found', `Attempt with attempt_id=${attemptId} does not exit.`);
    noteSubject(attempt.userId);
    const at = this.clock.now();
    const isStaff = await isStaffOf(this.database, me, attempt.exam.courseId);
    // The reference checks the attempt before the body.
    const { action } = validated(ChangeExamAttemptRequest, body, 'detail');
    const name = pythonRepr(action);
    if (!isStaff && attempt.userId !== me.userId) throw forbidden('update', attempt, me, ` (action=${name})`);
    const actions = isStaff ? staffActions : learnerActions;
    const command = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!command) throw new Refusal('unknown_action', `Unrecognized action "${name}"`);
    if (isStaff) await beginAccess();
    else await this.timeouts.submitIfOverdue(attempt, at);
    await this.commands.execute(command({ attempt, at, callerId: me.userId, by }));
    return { exam_attempt_id: attempt.id };
  }

  @Delete(':attemptId')
  @HttpCode(204)
  @Gate('login', { logs: 'others' })
  @ApiOperation({ summary: "Remove an attempt with the learner's work in it; learners only before it begins" })
  @Answers(204)
  async removeExamAttempt(
    @WholeNumber('attemptId') attemptId: string,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ): Promise<void> {
    const attempt = await attemptById(this.database, attemptId);
    if (!attempt) throw new Refusal('attempt_not_found', `Attempt with attempt_id=${attemptId} does not exist.`);
    noteSubject(attempt.userId);
    const isStaff = await isStaffOf(this.database, me, attempt.exam.courseId);
    if (!isStaff && attempt.userId !== me.userId) throw forbidden('delete', attempt, me);
    if (isStaff) await beginAccess();
    const data = { attemptId: attempt.id, byLearner: !isStaff, at: this.clock.now() };
    try {
      await this.commands.execute(new RemoveAttempt(attempt, data, by));
    } catch (error) {
      throw error instanceof Refusal && error.code === 'attempt_has_begun' ? forbidden('delete', attempt, me) : error;
    }
  }
}

const forbidden = (what: 'update' | 'delete', attempt: AttemptRecord, me: Caller, more = '') =>
  refused(403, `${attempted(what, attempt, me)} but does not have access to it.${more}`);
