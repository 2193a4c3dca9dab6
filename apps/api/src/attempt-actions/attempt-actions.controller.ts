import { randomUUID } from 'node:crypto';
import { applyDecorators, Controller, HttpCode, Param, Post, type Type } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { v5 as uuidOf } from 'uuid';
import { Clock } from '#clock';
import {
  type AnyLearnerAtExamCommand,
  EndAttempt,
  EndPause,
  GiveExtraTime,
  limits,
  MarkError,
  type Origin,
  type Outage,
  PauseAttempt,
  SendMessage,
  secondsLost,
  TakeBackExtraTime,
} from '#domain';
import type { Caller } from '#roster';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers, JsonRequestBody } from '../document/answers.js';
import { refused } from '../http/http-answer.js';
import { longLimitMs } from '../http/time-limits.js';
import { longBody } from '../requests/body.js';
import { ValidBody } from '../requests/validated.js';
import { actionAnswer } from './attempt-actions.answers.js';
import { type ActionOn, AttemptActions, type OnAttempt } from './attempt-actions.js';
import { AttemptActionRequest, ExtraTimeRequest, MessageRequest, TakeBackRequest } from './attempt-actions.requests.js';

const Acts = (summary: string, request: Type) =>
  applyDecorators(
    HttpCode(200),
    Gate('course', { logs: 'always', largestBody: longBody, limitMs: longLimitMs }),
    ApiOperation({ summary }),
    JsonRequestBody(request),
    Answers(200, actionAnswer),
  );

/** An action that needs nothing but the attempt. */
const each =
  (
    Command: new (learner: OnAttempt['learner'], data: OnAttempt['data'], by: Origin) => AnyLearnerAtExamCommand,
  ): ActionOn =>
  ({ learner, data, by }) => ({ command: new Command(learner, data, by) });

/** Staff change running attempts of their course: one, many, or all. Each route can show first what it would do. */
@ApiTags('actions')
@Controller('api/exams/v1/courses/:courseId/running-attempts')
export class AttemptActionsController {
  constructor(
    private readonly clock: Clock,
    private readonly actions: AttemptActions,
  ) {}

  @Post('extra-time')
  @Acts(
    'Give running attempts extra time: the same for each, or the time that each lost in an outage',
    ExtraTimeRequest,
  )
  async giveExtraTime(
    @Param('courseId') courseId: string,
    @ValidBody('detail') request: ExtraTimeRequest,
    @CurrentUser() { userId: givenBy }: Caller,
    @CurrentOrigin() by: Origin,
  ) {
    const outage = outageIn(request, this.clock.now());
    const { reason } = request;
    // A repeated request continues the grant that it began.
    const grantId = by.key === undefined ? randomUUID() : uuidOf(by.key, uuidOf.URL);
    const answer = await this.actions.act(
      courseId,
      request,
      by,
      ({ learner, data, by }, history) => {
        const seconds = outage ? secondsLost(history, data.attemptId, outage) : request.seconds!;
        const grant = { ...data, grantId, seconds, givenBy, reason, cause: outage };
        return { command: new GiveExtraTime(learner, grant, by), seconds };
      },
      outage,
    );
    return answer.preview ? answer : { ...answer, grant_id: grantId };
  }

  @Post('extra-time/take-back')
  @Acts('Take extra time back from running attempts. It never ends an attempt', TakeBackRequest)
  takeBackExtraTime(
    @Param('courseId') courseId: string,
    @ValidBody('detail') request: TakeBackRequest,
    @CurrentOrigin() by: Origin,
  ) {
    const { grant_id: grantId } = request;
    return this.actions.act(courseId, request, by, ({ learner, data, by }) => ({
      command: new TakeBackExtraTime(learner, { ...data, grantId }, by),
    }));
  }

  @Post('pause')
  @Acts('Pause running attempts: their clocks stand still', AttemptActionRequest)
  pauseAttempts(
    @Param('courseId') courseId: string,
    @ValidBody('detail') request: AttemptActionRequest,
    @CurrentOrigin() by: Origin,
  ) {
    return this.actions.act(courseId, request, by, each(PauseAttempt));
  }

  @Post('end-pause')
  @Acts('End the pause of attempts: their ends move by its length', AttemptActionRequest)
  endPauses(
    @Param('courseId') courseId: string,
    @ValidBody('detail') request: AttemptActionRequest,
    @CurrentOrigin() by: Origin,
  ) {
    return this.actions.act(courseId, request, by, each(EndPause));
  }

  @Post('submit')
  @Acts('Submit running attempts for their learners', AttemptActionRequest)
  submitAttempts(
    @Param('courseId') courseId: string,
    @ValidBody('detail') request: AttemptActionRequest,
    @CurrentOrigin() by: Origin,
  ) {
    return this.actions.act(courseId, request, by, each(EndAttempt));
  }

  @Post('error')
  @Acts(
    'End running attempts with the status error. They may be resumed with the time that is left',
    AttemptActionRequest,
  )
  markErrors(
    @Param('courseId') courseId: string,
    @ValidBody('detail') request: AttemptActionRequest,
    @CurrentOrigin() by: Origin,
  ) {
    return this.actions.act(courseId, request, by, each(MarkError));
  }

  @Post('message')
  @Acts('Write to the learners of attempts, who read it at their attempts', MessageRequest)
  sendMessages(
    @Param('courseId') courseId: string,
    @ValidBody('detail') request: MessageRequest,
    @CurrentOrigin() by: Origin,
  ) {
    const { text } = request;
    return this.actions.act(courseId, request, by, ({ learner, data, by }) => ({
      command: new SendMessage(learner, { ...data, text }, by),
    }));
  }
}

/** The outage; undefined if the request has `seconds` instead. */
function outageIn(
  { seconds, outage_from: from, outage_until: until }: ExtraTimeRequest,
  at: string,
): Outage | undefined {
  if (seconds !== undefined) {
    if (from !== undefined || until !== undefined) throw refused(400, 'seconds: An outage says the seconds itself.');
    if (seconds < 1) throw refused(400, 'seconds: Ensure this value is greater than or equal to 1.');
    return undefined;
  }
  if (from === undefined || until === undefined)
    throw refused(400, 'seconds: Either seconds, or outage_from and outage_until are required.');
  const length = (Date.parse(until) - Date.parse(from)) / 1000;
  if (length <= 0) throw refused(400, 'outage_until: The outage must end after it began.');
  if (length > limits.extraTimeSeconds) throw refused(400, 'outage_until: An outage can be a week long at most.');
  if (Date.parse(until) > Date.parse(at)) throw refused(400, 'outage_until: The outage must be over.');
  return { from, until };
}
