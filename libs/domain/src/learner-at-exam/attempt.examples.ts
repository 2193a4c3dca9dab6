import { GrantAllowance } from '../allowances/allowance.commands.js';
import { NewAttemptCommand, type Registration } from '../attempts/attempt.commands.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import type { Status } from '../attempts/attempt.statuses.js';
import { type LearnerAtExamCommand } from '../command.js';
import type { Facts } from '../exams/exam.facts.js';
import { plusMinutes } from '../instants.js';
import { releases } from '../releases.js';

/** One canonical learner at one exam, shared by specs, fixtures and documents. */
export const noon = '2031-05-05T12:00:00.000Z';
export const after = (minutes: number) => plusMinutes(noon, minutes);
export const learner = { examId: 7, userId: 42 };
export const attemptId = 100;
export const attemptCode = '6E1F6B2C-0E0A-4F0B-9C2A-2F1D3C4B5A69';

export const proctoredExam: Facts = {
  exam: {
    examId: 7,
    generationId: 7,
    courseId: 'course-v1:OrgX+Demo+2031',
    contentId: 'block-v1:OrgX+Demo+2031+type@sequential+block@midterm',
    timeLimitMins: 90,
    isProctored: true,
    isPracticeExam: false,
    isActive: true,
    backend: 'test',
    externalId: 'test-exam-7',
    reviewPolicyId: null,
  },
  dueAt: null,
  dueAtForAll: null,
  courseEndsAt: null,
  backend: { name: 'test', supportsOnboarding: true, passingStatuses: ['Clean', 'Rules Violation'] },
  provider: { name: 'test', verboseName: 'Test Provider', supportsOnboarding: true },
  release: releases['4.16'],
  overridesGradeOnRejection: true,
  keepsTimedOutState: false,
  requiresSecondReview: true,
  demandsSecondPerson: false,
  appealDays: 14,
  appealAnswerDays: 14,
  allowsReviewUpdates: true,
  ignoresPingFailures: false,
};
export const timedExam: Facts = {
  ...proctoredExam,
  exam: { ...proctoredExam.exam, isProctored: false },
  provider: null,
};
export const onboardingExam: Facts = { ...proctoredExam, exam: { ...proctoredExam.exam, isPracticeExam: true } };

export const byLearner = { actor: { kind: 'user', userId: learner.userId } } as const;

/** The command with the values that its handler adds. */
export const informed = <C extends LearnerAtExamCommand>(
  command: C,
  facts: Facts = proctoredExam,
  registration: Registration = { externalId: 'test-attempt-101' },
): C => {
  command.facts = facts;
  if (command instanceof NewAttemptCommand) command.attempt = { id: 101, code: attemptCode, registration };
  if (command instanceof GrantAllowance) command.allowance = { id: 900, kept: { value: command.data.value } };
  return command;
};

const providerIds = { provider: 'test', examExternalId: 'test-exam-7', attemptExternalId: 'test-attempt-100' };
const at = noon;
export const signal = { kind: 'status_signal', isPracticeExam: false, supportsOnboarding: true } as const;
const effects = [signal];
const allowed = { minutes: 90, limitMinutes: 90, additionalMinutes: 0, carriedSeconds: null, dueAt: null };

export const created = {
  type: 'AttemptCreated',
  data: {
    attemptId,
    ...learner,
    attemptCode,
    status: 'created',
    externalId: 'test-attempt-100',
    takingAsProctored: true,
    isSampleAttempt: false,
    reviewPolicyId: null,
    timeRemainingSeconds: null,
    effects,
    at,
  },
} satisfies AttemptEvent;
export const started = {
  type: 'AttemptStarted',
  data: { attemptId, allowed, effects: [{ kind: 'provider', action: 'start', ...providerIds }, signal], at },
} satisfies AttemptEvent;
export const stopped = { type: 'AttemptStopped', data: { attemptId, effects, at } } satisfies AttemptEvent;
export const submitted = {
  type: 'AttemptSubmitted',
  data: {
    attemptId,
    completedAt: at,
    because: 'handed_in',
    effects: [
      { kind: 'learner_state', action: 'complete' },
      { kind: 'credit', status: 'submitted' },
      { kind: 'mail', template: 'submitted' },
      { kind: 'provider', action: 'stop', ...providerIds },
      signal,
    ],
    at,
  },
} satisfies AttemptEvent;
export const errored = {
  type: 'AttemptErrored',
  data: { attemptId, timeRemainingSeconds: 1199, effects: [{ kind: 'credit', status: 'failed' }, signal], at },
} satisfies AttemptEvent;
export const rejected = { type: 'AttemptRejected', data: { attemptId, effects, at } } satisfies AttemptEvent;
export const verified = { type: 'AttemptVerified', data: { attemptId, effects, at } } satisfies AttemptEvent;
export const readyToResume = {
  type: 'AttemptMarkedReadyToResume',
  data: { attemptId, at },
} satisfies AttemptEvent;

/** A history that ends in the given status, by the shortest way. */
export const historyOf = (status: Status): AttemptEvent[] => {
  switch (status) {
    case 'created':
      return [created];
    case 'started':
      return [created, started];
    case 'ready_to_submit':
      return [created, started, stopped];
    case 'submitted':
      return [created, started, submitted];
    case 'verified':
      return [created, started, submitted, verified];
    case 'rejected':
      return [created, started, submitted, rejected];
    case 'error':
      return [created, started, errored];
    case 'onboarding_missing':
    case 'onboarding_pending':
    case 'onboarding_failed':
    case 'onboarding_expired':
      return [{ ...created, data: { ...created.data, status, externalId: null } }];
    default:
      return [created, { type: 'AttemptStatusOverridden', data: { attemptId, status, effects, at } }];
  }
};
