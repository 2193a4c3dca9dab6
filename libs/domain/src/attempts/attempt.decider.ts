import { allowanceDecisions, allowanceEvolution } from '../allowances/allowance.decisions.js';
import type { AllowanceEvent } from '../allowances/allowance.events.js';
import { type Allowance, additionalMinutesOf } from '../allowances/allowance.js';
import type { Decider } from '../decider.js';
import type { Facts } from '../exams/exam.facts.js';
import { Refusal } from '../refusal.js';
import type { ReviewEvent } from '../reviews/review.events.js';
import { outcomeOf, type Review, type ReviewStatus, reviewStatusOf } from '../reviews/review.js';
import type { AnyAttemptCommand, AttemptCommand, NewAttemptCommand } from './attempt.commands.js';
import { effectsOfRemoval } from './attempt.effects.js';
import type { AttemptEvent } from './attempt.events.js';
import { type Attempt, evolveAttempt, isInResumeProcess } from './attempt.js';
import { move, runOut } from './attempt.moves.js';
import { isIncomplete, isOnboardingError, isPreStarted } from './attempt.statuses.js';
import { type AllowedTime, allowedTime, isOverdue, isPastDue, remainingSeconds } from './attempt.time.js';

/** One learner at one exam: all the attempts (oldest first), allowances and reviews. One stream of events. */
export type LearnerAtExam = {
  attempts: readonly Attempt[];
  allowances: readonly Allowance[];
  reviews: { readonly [attemptId: number]: Review };
};

export type LearnerAtExamEvent = AttemptEvent | AllowanceEvent | ReviewEvent;

const initial: LearnerAtExam = { attempts: [], allowances: [], reviews: {} };

/** The learner's newest attempt. */
export const currentAttempt = (state: LearnerAtExam): Attempt | undefined => state.attempts.at(-1);

/** The minutes that the learner would get when starting now (domain.md §3.5). */
export const allowedTimeOf = (state: LearnerAtExam, facts: Facts, at: string): AllowedTime =>
  allowedTime({
    limitMinutes: facts.exam.timeLimitMins,
    additionalMinutes: additionalMinutesOf(state.allowances),
    carriedSeconds: currentAttempt(state)?.timeRemainingSeconds ?? null,
    dueAt: facts.dueAt,
    at,
  });

const evolveAll = (state: LearnerAtExam, events: readonly AttemptEvent[]): LearnerAtExam =>
  events.reduce(onAttempt, state);

const onAttempt = (state: LearnerAtExam, event: AttemptEvent): LearnerAtExam => {
  const before = state.attempts.find(({ id }) => id === event.data.attemptId);
  const after = evolveAttempt(before, event);
  const attempts = before
    ? state.attempts.flatMap((attempt) => (attempt !== before ? attempt : (after ?? [])))
    : [...state.attempts, after!];
  return { ...state, attempts };
};

const attemptOf = (state: LearnerAtExam, attemptId: number): Attempt => {
  const attempt = state.attempts.find(({ id }) => id === attemptId);
  if (!attempt) throw new Refusal('attempt_not_found', `There is no attempt ${attemptId}.`);
  return attempt;
};

const currentOrRefuse = (state: LearnerAtExam, { learner }: AttemptCommand): Attempt => {
  const attempt = currentAttempt(state);
  if (attempt) return attempt;
  const { examId, userId } = learner;
  throw new Refusal('attempt_not_found', `User ${userId} has no attempt at exam ${examId}.`);
};

const create = (
  state: LearnerAtExam,
  { learner, facts, attempt, data: { at } }: NewAttemptCommand,
  takingAsProctored: boolean,
  cascadedFrom?: number,
): AttemptEvent[] => {
  const { exam } = facts;
  const { registration } = attempt;
  const current = currentAttempt(state);
  const resumes = current !== undefined && isInResumeProcess(current);
  if (current && !resumes && !current.isSampleAttempt)
    throw new Refusal(
      'attempt_already_exists',
      `Cannot create new exam attempt for exam_id=${exam.examId} and user_id=${learner.userId} in course_id=${exam.courseId} because it already exists!`,
    );
  if (takingAsProctored && isPastDue(exam, facts.dueAt, facts.courseEndsAt, at))
    throw new Refusal(
      'exam_past_due',
      `user_id=${learner.userId} trying to create exam attempt for past due proctored exam_id=${exam.examId} in course_id=${exam.courseId}. Do not register an exam attempt!`,
    );
  if (takingAsProctored && facts.provider === null)
    throw new Refusal('exam_not_proctored', `exam_id=${exam.examId} is not proctored.`);
  const blocked = registration && 'onboardingError' in registration ? registration.onboardingError : null;
  return [
    ...(resumes
      ? [{ type: 'AttemptResumed', data: { attemptId: current.id, resumedBy: attempt.id, at } } as const]
      : []),
    {
      type: 'AttemptCreated',
      data: {
        attemptId: attempt.id,
        examId: exam.examId,
        userId: learner.userId,
        attemptCode: attempt.code,
        status: blocked ?? 'created',
        externalId: registration && 'externalId' in registration ? registration.externalId : null,
        takingAsProctored,
        isSampleAttempt: exam.isPracticeExam,
        reviewPolicyId: exam.reviewPolicyId,
        timeRemainingSeconds: resumes ? current.timeRemainingSeconds : null,
        ...(cascadedFrom === undefined ? {} : { cascadedFrom }),
        at,
      },
    },
  ];
};

const moveOne = (
  state: LearnerAtExam,
  attempt: Attempt,
  status: Parameters<typeof move>[2],
  command: AttemptCommand,
  more: Parameters<typeof move>[5] = {},
) => move(state.attempts, attempt, status, command, () => allowedTimeOf(state, command.facts, command.data.at), more);

const removed = (attempt: Attempt, at: string, because: 'staff' | 'practice_reset'): AttemptEvent => ({
  type: 'AttemptRemoved',
  data: { attemptId: attempt.id, because, effects: effectsOfRemoval(attempt.status), at },
});

export const learnerAtExam: Decider<LearnerAtExam, AnyAttemptCommand, LearnerAtExamEvent> = {
  initial,

  decide: {
    CreateAttempt: (state, command) => {
      const { facts, data } = command;
      const { exam } = facts;
      if (!exam.isPracticeExam && isPastDue(exam, facts.dueAt, facts.courseEndsAt, data.at))
        throw new Refusal(
          'exam_past_due_forbidden',
          `user_id=${command.learner.userId} attempted to create an attempt for expired exam with exam_id=${exam.examId} in course_id=${exam.courseId}`,
        );
      const events = create(state, command, data.takingAsProctored);
      const after = evolveAll(state, events);
      const attempt = currentAttempt(after)!;
      if (exam.isProctored && !data.takingAsProctored)
        return [...events, ...moveOne(after, attempt, 'declined', command)];
      return data.startClock ? [...events, ...moveOne(after, attempt, 'started', command)] : events;
    },

    StartAttempt: (state, command) => {
      const attempt = currentOrRefuse(state, command);
      if (attempt.status === 'started' && attempt.startedAt !== null) throw alreadyStarted(command);
      return moveOne(state, attempt, 'started', command);
    },

    StopAttempt: (state, command) =>
      moveOne(state, attemptOf(state, command.data.attemptId), 'ready_to_submit', command),

    SubmitAttempt: (state, command) => moveOne(state, attemptOf(state, command.data.attemptId), 'submitted', command),

    DeclineAttempt: (state, command) => moveOne(state, attemptOf(state, command.data.attemptId), 'declined', command),

    CascadeDecline: (state, command) => {
      const { cascadedFrom, at } = command.data;
      const current = currentAttempt(state);
      const first = current
        ? isOverdue(current, at)
          ? runOut(state.attempts, current, command)
          : []
        : create(state, command, false, cascadedFrom);
      const after = evolveAll(state, first);
      const attempt = currentAttempt(after)!;
      const isOver = current !== undefined && !isOpenToCascade(attempt);
      return isOver ? first : [...first, ...moveOne(after, attempt, 'declined', command, { cascadedFrom })];
    },

    ClickSoftwareDownload: (state, command) =>
      moveOne(state, attemptOf(state, command.data.attemptId), 'download_software_clicked', command),

    ReadyAttempt: (state, command) => {
      const attempt = attemptOf(state, command.data.attemptId);
      const waits = isPreStarted(attempt.status) && attempt.status !== 'ready_to_start';
      return waits ? moveOne(state, attempt, 'ready_to_start', command) : [];
    },

    ReportError: (state, command) => {
      const attempt = attemptOf(state, command.data.attemptId);
      const { exam, ignoresPingFailures } = command.facts;
      if (attempt.status === 'submitted' || (exam.backend && ignoresPingFailures)) return [];
      const timeRemainingSeconds = Math.trunc(remainingSeconds(attempt, command.data.at));
      return moveOne(state, attempt, 'error', command, { timeRemainingSeconds });
    },

    MarkReadyToResume: (state, { data: { attemptId, at } }) => {
      if (!attemptOf(state, attemptId).isResumable)
        throw new Refusal(
          'attempt_not_resumable',
          `Attempted to mark attempt_id=${attemptId} as ready_to_resume, but attempt is not resumable. This is not allowed.`,
        );
      return [{ type: 'AttemptMarkedReadyToResume', data: { attemptId, at } }];
    },

    ResetPracticeAttempt: (state, command) => {
      const attempt = currentOrRefuse(state, command);
      const { exam } = command.facts;
      if (!exam.isPracticeExam) throw notReset(command, 'Only practice exams may be reset!');
      if (isIncomplete(attempt.status) || attempt.status === 'verified')
        throw notReset(command, `Attempt with status=${attempt.status} cannot be reset!`);
      const { at } = command.data;
      const first: AttemptEvent =
        attempt.status === 'submitted'
          ? removed(attempt, at, 'practice_reset')
          : { type: 'PracticeAttemptReset', data: { attemptId: attempt.id, at } };
      return [first, ...create(evolveAll(state, [first]), command, attempt.takingAsProctored)];
    },

    RemoveAttempt: (state, { data: { attemptId, at } }) => [removed(attemptOf(state, attemptId), at, 'staff')],

    ClearOnboardingErrors: (state, { data: { at } }) =>
      state.attempts
        .filter(({ status }) => isOnboardingError(status))
        .map(({ id }) => ({
          type: 'AttemptRemoved',
          data: {
            attemptId: id,
            because: 'onboarding_completed',
            effects: [{ kind: 'provider', action: 'remove' }],
            at,
          },
        })),

    TimeOutAttempt: (state, command) => {
      const attempt = attemptOf(state, command.data.attemptId);
      return isOverdue(attempt, command.data.at) ? runOut(state.attempts, attempt, command) : [];
    },

    AcknowledgeReviewStatus: (state, { data: { attemptId, at } }) => [
      { type: 'ReviewStatusAcknowledged', data: { attemptId: attemptOf(state, attemptId).id, at } },
    ],

    SetAttemptStatus: (state, command) =>
      moveOne(state, attemptOf(state, command.data.attemptId), command.data.status, command),

    ApplyReview: (state, command) => {
      const { attemptId, attemptCode, reviewedBy, commentCount, sealed, at } = command.data;
      const { facts } = command;
      if (state.reviews[attemptId] && !facts.allowsReviewUpdates)
        throw new Refusal(
          'review_already_exists',
          `We already have a review submitted regarding attempt_code=${attemptCode}. We do not allow for updates! (backend=${facts.exam.backend})`,
        );
      const status = statusOf(command.data.status);
      const received: ReviewEvent = {
        type: 'ReviewReceived',
        data: { attemptId, attemptCode, status, reviewedBy, commentCount, sealed, at },
      };
      const attempt = state.attempts.find(({ id }) => id === attemptId);
      if (!attempt) return [received]; // of a removed attempt: kept, without consequences (domain.md §8.4)
      const outcome = outcomeOf(
        { status, reviewedBy },
        {
          passingStatuses: facts.provider?.passingStatuses ?? [],
          requiresSecondReview: facts.requiresSecondReview,
          supportsOnboarding: facts.provider?.supportsOnboarding ?? false,
          isSampleAttempt: attempt.isSampleAttempt,
        },
      );
      return [received, ...moveOne(state, attempt, outcome, command, { by: reviewedBy })];
    },

    ...allowanceDecisions,
  },

  evolve: {
    AttemptCreated: onAttempt,
    SoftwareDownloadClicked: onAttempt,
    AttemptReadied: onAttempt,
    AttemptStarted: onAttempt,
    AttemptContinued: onAttempt,
    AttemptStopped: onAttempt,
    AttemptSubmitted: onAttempt,
    AttemptTimedOut: onAttempt,
    AttemptDeclined: onAttempt,
    AttemptErrored: onAttempt,
    SecondReviewRequired: onAttempt,
    AttemptVerified: onAttempt,
    AttemptRejected: onAttempt,
    AttemptStatusOverridden: onAttempt,
    AttemptMarkedReadyToResume: onAttempt,
    AttemptResumed: onAttempt,
    PracticeAttemptReset: onAttempt,
    ReviewStatusAcknowledged: onAttempt,
    AttemptRemoved: onAttempt,
    ReviewReceived: (state, { data: { attemptId, status, reviewedBy } }) => ({
      ...state,
      reviews: { ...state.reviews, [attemptId]: { status, reviewedBy } },
    }),
    ...allowanceEvolution,
  },
};

/** Anything that is not completed is declined too, even a reset or an expired attempt (domain.md §2.8). */
const isOpenToCascade = ({ status }: Attempt) =>
  isIncomplete(status) || status === 'onboarding_reset' || status === 'expired';

const statusOf = (word: unknown): ReviewStatus => {
  if (typeof word === 'string' && Object.hasOwn(reviewStatusOf, word))
    return reviewStatusOf[word as keyof typeof reviewStatusOf];
  throw new Refusal('bad_review_status', word === null ? 'None' : String(word));
};

const alreadyStarted = ({ facts, learner }: AttemptCommand) =>
  new Refusal(
    'attempt_already_started',
    `Cannot start exam attempt for exam_id=${facts.exam.examId} and user_id=${learner.userId} because it has already started!`,
  );

const notReset = ({ facts, learner }: AttemptCommand, why: string) =>
  new Refusal(
    'attempt_cannot_be_reset',
    `Failed to reset attempt status on exam_id=${facts.exam.examId} for user_id=${learner.userId}. ${why} (course_id=${facts.exam.courseId})`,
  );
