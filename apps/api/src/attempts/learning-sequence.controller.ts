import { Controller, Get, Param, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { AttemptTimeouts, FactFinder } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import {
  type Exam,
  examTypeOf,
  humanizedMinutes,
  isOnboardingError,
  isPastDue,
  prerequisitesOf,
  standingOf,
} from '#domain';
import { type AttemptRecord, activeAttemptOf, currentAttemptAt, examByContent, examJson } from '#read-models';
import { type Caller, creditState, userById } from '#roster';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { failure, idNumber, mfeFlag, text } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { links } from '../http/links.js';
import { examsInOutline, onboardingExamsOf } from '../onboarding/onboarding-exams.js';
import { examOfSequence, timerOrNothing } from './attempts.answers.js';
import { declineCommand, prerequisitesJson } from './prerequisites.js';
import { subjectOf } from './subject.js';
import { Timer } from './timer.js';

/** The learning front end asks this before it shows a sequence (rest-api.md §5.18, §5.19). */
@ApiTags('attempts')
@Controller('api/edx_proctoring/v1/proctored_exam')
export class LearningSequenceController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly facts: FactFinder,
    private readonly timeouts: AttemptTimeouts,
    private readonly timer: Timer,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  @Get('active_attempt')
  @Gate('login', { priority: 'poll', logs: 'others' })
  @ApiOperation({ summary: "The timer of a learner's running attempt, for the learning front end" })
  @Answers(200, timerOrNothing)
  @Answers(502, failure)
  @QueryParam('user_id', idNumber, 'Of global staff only')
  async getActiveAttempt(@CurrentUser() me: Caller, @Query('user_id') userId?: string) {
    const at = this.clock.now();
    const active = await this.activeAttempt(subjectOf(me, userId), me, at);
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
    const active = await this.activeAttempt(learner, me, at);
    const exam = contentId ? await examByContent(this.database, courseId, contentId) : undefined;
    if (exam && userId && !(await userById(this.database, learner)))
      throw refused(400, `user_id: there is no user ${userId}.`);
    return {
      exam: exam ? await this.examFor(exam, learner, active, me, at, isLearningMfe) : {},
      active_attempt: active ? await this.timer.of(active, at, isLearningMfe) : {},
    };
  }

  private async activeAttempt(userId: number, me: Caller, at: string): Promise<AttemptRecord | undefined> {
    const attempt = await activeAttemptOf(this.database, userId);
    return attempt && this.timeouts.seenBy(me.userId, attempt, at);
  }

  /** Shows the running attempt if it is at this exam, else the newest one. */
  private async examFor(
    exam: Exam,
    userId: number,
    active: AttemptRecord | undefined,
    me: Caller,
    at: string,
    isLearningMfe: boolean,
  ) {
    const learner = { examId: exam.id, userId };
    const isRunning = active?.examId === exam.id;
    const [facts, found] = await Promise.all([
      this.facts.of(exam.id, userId),
      isRunning ? active : currentAttemptAt(this.database, exam.id, userId),
    ]);
    const attempt = isRunning ? active : found && (await this.timeouts.seenBy(me.userId, found, at));
    const isBlocked = exam.isProctored && attempt !== undefined && isOnboardingError(attempt.status);
    return {
      ...examJson(exam),
      ...(attempt ? {} : { total_time: humanizedMinutes(await this.timer.minutesNow(learner, at, facts)) }),
      ...(attempt || !exam.isProctored || exam.isPracticeExam ? {} : await this.prerequisites(exam, userId, me, at)),
      ...(isBlocked ? { onboarding_link: await this.onboardingLink(exam, me.userId, at, isLearningMfe) } : {}),
      attempt: attempt ? await this.timer.of(attempt, at, isLearningMfe) : {},
      type: examTypeOf(exam, facts.provider?.supportsOnboarding ?? false),
      passed_due_date: isPastDue(exam, facts.dueAt, facts.courseEndsAt, at),
      use_legacy_attempt_api: true,
    };
  }

  /** The link to the caller's onboarding; "" if there is none (domain.md §7.3). */
  private async onboardingLink(
    { courseId }: Exam,
    userId: number,
    at: string,
    isLearningMfe: boolean,
  ): Promise<string> {
    const onboarding = await onboardingExamsOf(this.database, this.configuration, courseId);
    const [first] = await examsInOutline(this.database, onboarding?.exams ?? [], userId, at);
    return first ? links.exam(this.configuration.settings, courseId, first.exam.contentId, isLearningMfe) : '';
  }

  /** Also declines the exam if the caller is a learner who declined a credit requirement (domain.md §12). */
  private async prerequisites(exam: Exam, userId: number, me: Caller, at: string) {
    const credit = await creditState(this.database, userId, exam.courseId);
    if (!credit) return {};
    const requirements = prerequisitesOf(credit.credit_requirement_status, exam.contentId);
    if (standingOf(requirements) === 'declined' && userId === me.userId)
      await this.commands.execute(declineCommand(exam, userId, at));
    return { prerequisite_status: prerequisitesJson(this.configuration.settings, exam.courseId, requirements) };
  }
}
