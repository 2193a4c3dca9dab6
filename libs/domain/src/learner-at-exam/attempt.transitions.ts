import { type Effect, effectsOf, type ProviderIds } from '../attempts/attempt.effects.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import { type Attempt, generationOf } from '../attempts/attempt.js';
import { isCompleted, isIncomplete, isInProgress, isPreStarted, type Status } from '../attempts/attempt.statuses.js';
import { type AllowedTime, expiryOf, isOverdue } from '../attempts/attempt.time.js';
import type { LearnerAtExamCommand } from '../command.js';
import type { Facts } from '../exams/exam.facts.js';
import { Refusal } from '../refusal.js';
import { shownExamId } from './edx-exams.rules.js';
import { allowedTimeOf, attemptOf, type LearnerAtExam, onAttempt } from './learner-at-exam.js';

/** Data of some transitions, beside the status. */
type More = {
  timeRemainingSeconds?: number;
  cascadedFrom?: number;
  /** The reviewer of a rejection. */
  reviewer?: number | null;
  /** The encrypted reason. */
  sealed?: string;
};

/**
 * Each change of status goes through this function (domain.md §2.3–2.5). It gives the event of the status with its
 * effects. If the attempt then has no time left, it times out at once. A completed attempt never becomes incomplete.
 */
export const transition = (
  state: LearnerAtExam,
  attempt: Attempt,
  requested: Status,
  command: LearnerAtExamCommand,
  more: More = {},
): AttemptEvent[] => {
  const { at } = command.data;
  if (requested === 'timed_out') return timeOut(state, attempt, command);
  const wentBack = isInProgress(attempt.status) && isPreStarted(requested);
  const to = wentBack ? 'submitted' : requested;
  if (isCompleted(attempt.status) && isIncomplete(to)) throw illegalTransition(attempt, to, command);
  const effects = effectsOfTransition(state, attempt, to, command, more.reviewer ?? null);
  const allowed = () => allowedTimeOf(state, command.facts, at);
  const event = eventOf(attempt, to, { at, effects }, allowed, wentBack, more);
  const after = onAttempt(state, event);
  const changed = attemptOf(after, attempt.id);
  const isWithoutTime = event.type === 'AttemptStarted' && event.data.allowed.minutes <= 0;
  return isWithoutTime || isOverdue(changed, at) ? [event, ...timeOut(after, changed, command)] : [event];
};

/** A transition that may be repeated: it gives no events if they would leave the attempt unchanged. */
export const transitionOnce = (
  state: LearnerAtExam,
  attempt: Attempt,
  requested: Status,
  command: LearnerAtExamCommand,
  more?: More,
): AttemptEvent[] => {
  const events = transition(state, attempt, requested, command, more);
  return leavesUnchanged(state, attempt, events) ? [] : events;
};

export const leavesUnchanged = (state: LearnerAtExam, attempt: Attempt, events: readonly AttemptEvent[]): boolean => {
  const after = attemptOf(events.reduce(onAttempt, state), attempt.id);
  const names = Object.keys(after) as (keyof Attempt)[];
  return names.every((name) => name === 'modified' || after[name] === attempt[name]);
};

/** Times an attempt out: completed when its time was over (domain.md §4.4), or now if an operator ends it earlier. */
export const timeOut = (state: LearnerAtExam, attempt: Attempt, command: LearnerAtExamCommand): AttemptEvent[] => {
  const { at } = command.data;
  const to = command.facts.keepsTimedOutState ? 'timed_out' : 'submitted';
  const data = { attemptId: attempt.id, effects: effectsOfTransition(state, attempt, to, command, null), at };
  if (to === 'timed_out') return [{ type: 'AttemptTimedOut', data }];
  const expiry = expiryOf(attempt);
  const completedAt = expiry !== null && Date.parse(expiry) < Date.parse(at) ? expiry : at;
  return [{ type: 'AttemptSubmitted', data: { ...data, completedAt, because: 'time_ran_out' } }];
};

/** Undefined for an attempt that no provider has registered, or at an exam that is not proctored (release-6.1.md §3, B4). */
export const providerIdsOf = ({ externalId }: Attempt, { provider, exam }: Facts): ProviderIds | undefined =>
  provider && externalId
    ? { provider: provider.name, examExternalId: exam.externalId, attemptExternalId: externalId }
    : undefined;

const effectsOfTransition = (
  state: LearnerAtExam,
  attempt: Attempt,
  to: Status,
  { facts }: LearnerAtExamCommand,
  by: number | null,
): Effect[] =>
  effectsOf({
    from: attempt.status,
    to,
    // An attempt at an earlier generation decides nothing any more.
    all: state.attempts
      .filter((each) => generationOf(each) === generationOf(attempt))
      .map((each) => (each.id === attempt.id ? to : each.status)),
    isPractice: facts.exam.isPracticeExam,
    hasProvider: facts.provider !== null,
    providerIds: providerIdsOf(attempt, facts),
    providerName: facts.provider?.verboseName ?? null,
    supportsOnboarding: facts.provider?.supportsOnboarding ?? false,
    isFirstStart: to === 'started' && attempt.startedAt === null,
    isFirstCompletion: to === 'submitted' && attempt.completedAt === null,
    sendsMail: attempt.takingAsProctored && !attempt.isSampleAttempt,
    overridesGradeOnRejection: facts.overridesGradeOnRejection,
    by,
  });

const eventOf = (
  attempt: Attempt,
  to: Status,
  change: { at: string; effects: Effect[] },
  allowed: () => AllowedTime,
  wentBack: boolean,
  { timeRemainingSeconds, cascadedFrom, sealed }: More,
): AttemptEvent => {
  const data = { attemptId: attempt.id, ...change };
  switch (to) {
    case 'download_software_clicked':
      return { type: 'SoftwareDownloadClicked', data };
    case 'ready_to_start':
      return { type: 'AttemptReadied', data };
    case 'started':
      return attempt.startedAt === null
        ? { type: 'AttemptStarted', data: { ...data, allowed: allowed() } }
        : { type: 'AttemptContinued', data };
    case 'ready_to_submit':
      return { type: 'AttemptStopped', data };
    case 'submitted': {
      const because = wentBack ? 'went_back' : 'handed_in';
      return { type: 'AttemptSubmitted', data: { ...data, completedAt: change.at, because } };
    }
    case 'declined':
      return { type: 'AttemptDeclined', data: cascadedFrom === undefined ? data : { ...data, cascadedFrom } };
    case 'error':
      return {
        type: 'AttemptErrored',
        data: timeRemainingSeconds === undefined ? data : { ...data, timeRemainingSeconds },
      };
    case 'second_review_required':
      return { type: 'SecondReviewRequired', data };
    case 'verified':
      return { type: 'AttemptVerified', data: sealed === undefined ? data : { ...data, sealed } };
    case 'rejected':
      return { type: 'AttemptRejected', data: sealed === undefined ? data : { ...data, sealed } };
    default:
      return { type: 'AttemptStatusOverridden', data: { ...data, status: to } };
  }
};

export const illegalTransition = (attempt: Attempt, to: Status, { facts }: LearnerAtExamCommand) =>
  new Refusal(
    'illegal_status_transition',
    `A status transition from "${attempt.status}" to "${to}" was attempted on exam_id=${shownExamId(facts)} for user_id=${attempt.userId}. This is not allowed! (course_id=${facts.exam.courseId})`,
  );

/**
 * Did the learner decline an exam, so that the course's other proctored exams are declined too (domain.md §2.8)? No events
 * mean that it was declined before; there may be more exams since.
 */
export const startsCascade = (events: readonly { type: string; data: object }[]): boolean =>
  events.length === 0 || events.some(({ type, data }) => type === 'AttemptDeclined' && !('cascadedFrom' in data));

const completions = [
  'AttemptSubmitted',
  'AttemptTimedOut',
  'AttemptDeclined',
  'AttemptErrored',
  'SecondReviewRequired',
  'AttemptVerified',
  'AttemptRejected',
];

/** Was an onboarding exam completed, so that attempts that waited for it are removed (domain.md §7.6)? */
export const completesOnboarding = (
  { exam, provider }: Pick<Facts, 'exam' | 'provider'>,
  events: readonly { type: string }[],
): boolean =>
  exam.isPracticeExam &&
  (provider?.supportsOnboarding ?? false) &&
  events.some(({ type }) => completions.includes(type));
