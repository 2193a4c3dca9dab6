import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { AttemptTimeouts, FactFinder } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import {
  type Exam,
  type Facts,
  type Interstitial,
  isOnboardingError,
  isPastDue,
  isReached,
  isSettingUp,
  plusMinutes,
  prerequisitesOf,
  type Situation,
  standingOf,
  studentViewOf,
} from '#domain';
import { providerOf } from '#providers';
import { type AttemptRecord, currentAttemptAt, examsOfCourse } from '#read-models';
import { creditState, escalationEmail, mayTakeProctoredExams, type User } from '#roster';
import { declineCommand, prerequisitesJson } from '../attempts/prerequisites.js';
import { guidanceFor, Timer } from '../attempts/timer.js';
import { links } from '../http/links.js';
import { ExamCookies } from '../launch/exam-cookies.js';
import type { Texts } from '../texts/texts.js';
import { proctoringContext, timedContext } from './contexts.js';
import { pageOf, type Shown } from './pages.js';

/** Values that the client knows, and this service does not. */
export type PageRequest = {
  role: string;
  gracePeriodMins: number;
  allowsOptOut: boolean;
  /** The cookie that the launch of a secure browser set; "" without it. */
  examCookie: string;
  /** The viewer: the learner, or global staff. */
  by: number;
};

type Gathered = {
  exam: Exam;
  learner: User;
  attempt: AttemptRecord | null;
  facts: Facts;
  situation: Situation;
  at: string;
  request: PageRequest;
  waitsUntil: string | null;
  prerequisites: ReturnType<typeof prerequisitesJson> | null;
};

/** The page that a learner sees in place of an exam's content (domain.md §11). */
@Injectable()
export class StudentViews {
  constructor(
    private readonly commands: CommandBus,
    private readonly facts: FactFinder,
    private readonly timeouts: AttemptTimeouts,
    private readonly timer: Timer,
    private readonly examCookies: ExamCookies,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  /**
   * A learner's own view has effects: an overdue attempt is submitted, and a learner who declined a credit requirement declines
   * the exam. A view of another person writes nothing.
   */
  async of(exam: Exam, learner: User, request: PageRequest, texts: Texts, at: string) {
    const gathered = await this.gather(exam, learner, request, at);
    const { interstitial, declines } = studentViewOf(gathered.situation);
    if (declines && request.by === learner.id) await this.commands.execute(declineCommand(exam, learner.id, at));
    const { language } = texts;
    if (interstitial === null) return { interstitial, shows_content: true, language, context: null, html: null };
    const shown = await this.show(gathered, interstitial, texts);
    return { interstitial, shows_content: false, language, context: shown.context, html: pageOf(shown, texts) };
  }

  private async gather(exam: Exam, learner: User, request: PageRequest, at: string): Promise<Gathered> {
    const { settings } = this.configuration;
    const { courseId, contentId } = exam;
    const [facts, found, mayTake, credit] = await Promise.all([
      this.facts.of(exam.id, learner.id),
      currentAttemptAt(this.database, exam.id, learner.id),
      mayTakeProctoredExams(this.database, learner.id, courseId),
      creditState(this.database, learner.id, courseId),
    ]);
    const attempt = found ? await this.timeouts.seenBy(request.by, found, at) : null;
    const required = prerequisitesOf(credit?.credit_requirement_status ?? [], contentId);
    const waitsUntil = graceEndOf(facts.dueAt, request.gracePeriodMins, at);
    const isDue = (dueAt: string | null) => isPastDue(exam, dueAt, facts.courseEndsAt, at);
    const provider = exam.isProctored ? providerOf(settings, exam.backend) : undefined;
    const situation: Situation = {
      role: request.role,
      exam,
      supportsOnboarding: facts.backend?.supportsOnboarding ?? false,
      attempt,
      isPastDue: isDue(facts.dueAt),
      isPastDueForAll: isDue(facts.dueAtForAll),
      isInGracePeriod: waitsUntil !== null,
      courseHasEnded: isReached(facts.courseEndsAt, at),
      mayTakeProctoredExams: mayTake,
      isAccountActive: learner.isActive,
      prerequisites: standingOf(required),
      isViewablePastDue: settings.proctoredExamViewablePastDue,
      isWrongBrowser:
        provider?.blocksExamMaterial === true &&
        !(attempt && (await this.examCookies.isValidFor(request.examCookie, attempt, at))),
    };
    const prerequisites = attempt || !credit ? null : prerequisitesJson(settings, courseId, required);
    return { exam, learner, attempt, facts, situation, at, request, waitsUntil, prerequisites };
  }

  private async show(gathered: Gathered, interstitial: Interstitial, texts: Texts): Promise<Shown> {
    const { exam, learner, attempt, facts, situation, at, request, waitsUntil, prerequisites } = gathered;
    const { settings, smtpUrl } = this.configuration;
    const sendsMail = smtpUrl !== undefined;
    const minutes = attempt
      ? await this.timer.minutesOf(attempt, at)
      : await this.timer.minutesNow({ examId: exam.id, userId: learner.id }, at, facts);
    // A timed exam is revealed at its due date or not at all; a verified one is shown before it, too.
    const revealsTimed = interstitial === 'timed_submitted' && situation.isPastDue && !exam.hideAfterDue;
    const showsWait = revealsTimed || interstitial === 'proctored_verified';
    const known = {
      exam,
      attempt,
      at,
      dueAt: facts.dueAt,
      isPastDue: situation.isPastDue,
      minutes,
      waitsUntil: showsWait ? waitsUntil : null,
    };
    if (!exam.isProctored) return { interstitial, context: timedContext(known), minutes, attempt, sendsMail } as Shown;
    const provider = providerOf(settings, exam.backend);
    const context = proctoringContext({
      ...known,
      settings,
      provider,
      escalationEmail: await escalationEmail(this.database, exam.courseId),
      isWrongBrowser: situation.isWrongBrowser,
      prerequisites: exam.isPracticeExam || interstitial === 'inactive_account' ? null : prerequisites,
      onboarding:
        attempt && isOnboardingError(attempt.status) && !exam.isPracticeExam
          ? {
              status: attempt.status,
              link: await this.onboardingLink(exam),
              subject: texts.say('onboarding_required.subject'),
            }
          : null,
      guidance: attempt && isSettingUp(attempt.status) ? await guidanceFor(attempt, provider, texts.language) : null,
      allowsOptOut: request.allowsOptOut,
    });
    return { interstitial, context, minutes, attempt, sendsMail } as Shown;
  }

  /** The link to the course's oldest practice exam, as in the reference; null if there is none. */
  private async onboardingLink({ courseId }: Exam): Promise<string | null> {
    const exams = await examsOfCourse(this.database, courseId);
    const practice = exams.find(({ isActive, isPracticeExam }) => isActive && isPracticeExam);
    return practice ? links.exam(this.configuration.settings, courseId, practice.contentId, false) : null;
  }
}

/** The end of the grace period, if it is in the future. */
const graceEndOf = (dueAt: string | null, gracePeriodMins: number, at: string): string | null => {
  if (dueAt === null || gracePeriodMins === 0) return null;
  const until = plusMinutes(dueAt, gracePeriodMins);
  return Date.parse(until) > Date.parse(at) ? until : null;
};
