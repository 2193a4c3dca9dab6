import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
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
import { type AttemptRecord, activeAttemptOf, currentAttemptAt, examJson } from '#read-models';
import { type Caller, creditState } from '#roster';
import { links } from '../http/links.js';
import { examsInOutline, onboardingExamsOf } from '../onboarding/onboarding-exams.js';
import { declineCommand, prerequisitesJson } from './prerequisites.js';
import { Timer } from './timer.js';

/** The exam of a sequence with a learner's attempt (rest-api.md §5.18). */
@Injectable()
export class SequenceExams {
  constructor(
    private readonly commands: CommandBus,
    private readonly facts: FactFinder,
    private readonly timeouts: AttemptTimeouts,
    private readonly timer: Timer,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  /** The learner's running attempt at any exam. */
  async activeAttempt(userId: number, me: Caller, at: string): Promise<AttemptRecord | undefined> {
    const attempt = await activeAttemptOf(this.database, userId);
    return attempt && this.timeouts.seenBy(me.userId, attempt, at);
  }

  /** Shows the running attempt if it is at this exam, else the newest one. */
  async of(
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
