import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { Database } from '#connections';
import { examByContent } from '#read-models';
import { type Caller, userById } from '#roster';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { failure, idNumber, mfeFlag, text } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { examOfSequence, timerOrNothing } from './attempts.answers.js';
import { SequenceExams } from './sequence-exams.js';
import { subjectOf } from './subject.js';
import { Timer } from './timer.js';

/** The learning front end asks this before it shows a sequence (rest-api.md §5.18, §5.19). */
@ApiTags('attempts')
@Controller('api/edx_proctoring/v1/proctored_exam')
export class LearningSequenceController {
  constructor(
    private readonly clock: Clock,
    private readonly timer: Timer,
    private readonly exams: SequenceExams,
    private readonly database: Database,
  ) {}

  @Get('active_attempt')
  @Gate('login', { priority: 'poll', logs: 'others' })
  @ApiOperation({ summary: "The timer of a learner's running attempt, for the learning front end" })
  @Answers(200, timerOrNothing)
  @Answers(502, failure)
  @QueryParam('user_id', idNumber, 'Of global staff only')
  async getActiveAttempt(@CurrentUser() me: Caller, @Query('user_id') userId?: string) {
    const at = this.clock.now();
    const active = await this.exams.activeAttempt(subjectOf(me, userId), me, at);
    return active ? this.timer.of(active, at, true) : {};
  }

  @Get('attempt/course_id/:courseId')
  @Gate('login', { priority: 'start', logs: 'others' })
  @ApiOperation({ summary: "A sequence's exam with the learner's attempt, and the learner's running attempt" })
  @Answers(200, examOfSequence)
  @Answers(502, failure)
  @QueryParam('content_id', text)
  @QueryParam('is_learning_mfe', mfeFlag)
  @QueryParam('user_id', idNumber, 'Of global staff only')
  async getSequenceExam(
    @Param('courseId') courseId: string,
    @CurrentUser() me: Caller,
    @Query('content_id') contentId?: string,
    @Query('is_learning_mfe') mfe?: string,
    @Query('user_id') userId?: string,
  ) {
    const learner = subjectOf(me, userId);
    const at = this.clock.now();
    const isLearningMfe = mfeFlag.enum.includes(mfe);
    const active = await this.exams.activeAttempt(learner, me, at);
    const exam = contentId ? await examByContent(this.database, courseId, contentId) : undefined;
    if (exam && userId && !(await userById(this.database, learner)))
      throw refused(400, `user_id: there is no user ${userId}.`);
    return {
      exam: exam ? await this.exams.of(exam, learner, active, me, at, isLearningMfe) : {},
      active_attempt: active ? await this.timer.of(active, at, isLearningMfe) : {},
    };
  }
}
