import {
  type Attempt,
  type AttemptEvent,
  allowedTime,
  evolveAttempt,
  expiryOf,
  type Facts,
  isAttemptEvent,
  isIncomplete,
  isOverdue,
  type LearnerAtExamEvent,
  outcomeOf,
  type ReviewStatus,
  remainingSeconds,
} from '#domain';
import type { RecordedEvent } from '#event-store';
import { type Difference, differencesBetween } from './attempt-at.js';

/** Rules to try. A rule that is left out stays as it was applied. */
export type OtherPolicy = {
  requiresSecondReview?: boolean;
  passingStatuses?: readonly ReviewStatus[];
  timeLimitMins?: number;
  keepsTimedOutState?: boolean;
};

/** The settings of now. They count only where the history does not say which rule was applied. */
export type PresentRules = { supportsOnboarding: boolean } & Pick<
  Facts,
  'dueAt' | 'release' | 'requiresSecondReview' | 'demandsSecondPerson' | 'keepsTimedOutState'
>;

export type OtherOutcome = { attemptId: number; differences: Difference[] };

type Recorded = RecordedEvent<LearnerAtExamEvent>;
type Of<T> = Extract<Recorded, { type: T }>;
type OfAttempt = Extract<Recorded, AttemptEvent>;

const compared = ['status', 'completedAt', 'allowedTimeLimitMins', 'timeRemainingSeconds', 'isResumable'] as const;

/** The attempts of one learner at one exam that would be different now under another policy. Writes nothing: it is a fold. */
export function outcomesUnder(
  policy: OtherPolicy,
  history: readonly RecordedEvent[],
  rules: PresentRules,
  at: string,
): OtherOutcome[] {
  const replay = new Replay(policy, rules);
  for (const event of withAllVerdicts(history as readonly Recorded[])) replay.put(event);
  return replay.outcomes(at);
}

/** Folds a history twice: as it was, and as it would have been. */
class Replay {
  private readonly was = new Map<number, Attempt>();
  private readonly would = new Map<number, Attempt>();
  private review?: Of<'ReviewReceived'>;
  /** Whether an attempt stayed `timed_out` when its time was over. */
  private readonly stayedTimedOut = new Map<number, boolean>();

  constructor(
    private readonly policy: OtherPolicy,
    private readonly rules: PresentRules,
  ) {}

  put(event: Recorded) {
    if (event.type === 'ReviewReceived') this.review = event;
    if (!isOfAttempt(event)) return;
    const { attemptId, at } = event.data;
    const was = this.was.get(attemptId);
    if (!was && event.type !== 'AttemptCreated') return; // a review of a removed attempt
    if (isEndOfTime(event, was)) this.stayedTimedOut.set(attemptId, event.type === 'AttemptTimedOut');
    const would = this.ended(this.would.get(attemptId), at, this.policy);
    const other = this.eventInstead(event, was, would);
    set(this.was, attemptId, evolveAttempt(was, event));
    set(this.would, attemptId, other ? evolveAttempt(would, other) : would);
  }

  outcomes(at: string): OtherOutcome[] {
    return [...this.would.keys()]
      .sort((one, other) => one - other)
      .map((attemptId) => {
        const was = this.ended(this.was.get(attemptId), at, {});
        const would = this.ended(this.would.get(attemptId), at, this.policy);
        return { attemptId, differences: differencesBetween(outcomeIn(was), outcomeIn(would)) };
      })
      .filter(({ differences }) => differences.length > 0);
  }

  /** The event that would have happened; undefined when nothing would have. */
  private eventInstead(event: OfAttempt, was?: Attempt, would?: Attempt): AttemptEvent | undefined {
    if (event.type === 'AttemptStarted') return this.started(event, would);
    if (isEndOfTime(event, was)) return undefined; // it comes when the other time is over
    // The change came too late.
    if (
      changesBeforeTheEnd.includes(event.type) &&
      was &&
      isIncomplete(was.status) &&
      would &&
      !isIncomplete(would.status)
    )
      return undefined;
    if (isJudgement(event) && this.isJudgedBy(event))
      return { ...event, type: this.verdict(event, would) } as OfAttempt;
    if (event.type === 'AttemptErrored' && event.data.timeRemainingSeconds !== undefined && would)
      return {
        ...event,
        data: { ...event.data, timeRemainingSeconds: Math.trunc(remainingSeconds(would, event.data.at)) },
      };
    return event;
  }

  private started(event: Of<'AttemptStarted'>, would?: Attempt): AttemptEvent {
    const { timeLimitMins: limitMinutes } = this.policy;
    if (limitMinutes === undefined) return event;
    const { at, allowed } = event.data;
    const carriedSeconds = allowed.carriedSeconds === null ? null : (would?.timeRemainingSeconds ?? null);
    const dueAt = allowed.dueAt ?? this.rules.dueAt;
    return {
      ...event,
      data: { ...event.data, allowed: allowedTime({ ...allowed, limitMinutes, carriedSeconds, dueAt, at }) },
    };
  }

  private verdict(event: OfAttempt, would?: Attempt) {
    const { policy, rules } = this;
    const { status, reviewedBy } = this.review!.data;
    const passedUnsubmitted = event.type === 'AttemptErrored' && status !== 'Not Reviewed';
    const passed = event.type === 'AttemptVerified' || passedUnsubmitted;
    const passingStatuses = policy.passingStatuses ?? (passed ? [status] : []);
    const applied = { SecondReviewRequired: true, AttemptRejected: false }[event.type as string];
    const outcome = outcomeOf(
      { status, reviewedBy },
      {
        passingStatuses,
        requiresSecondReview: policy.requiresSecondReview ?? applied ?? rules.requiresSecondReview,
        supportsOnboarding: rules.supportsOnboarding,
        isSampleAttempt: would?.isSampleAttempt ?? false,
        lacksSubmission: passedUnsubmitted || (!passed && this.lacksSubmission(would)),
      },
    );
    const isProposed = outcome === 'rejected' && this.needsSecondPerson(event, would);
    return judgements[isProposed ? 'second_review_required' : outcome];
  }

  private lacksSubmission(attempt?: Attempt) {
    return (
      this.rules.release.passNeedsSubmission && attempt?.completedAt === null && !this.stayedTimedOut.has(attempt.id)
    );
  }

  /** A second person must agree to a rejection. The history says so if the verdict of a person did not reject. */
  private needsSecondPerson({ type }: OfAttempt, would?: Attempt) {
    if (type === 'AttemptRejected' || would?.isSampleAttempt || would?.status === 'rejected') return false;
    if (type === 'SecondReviewRequired' && this.review!.data.reviewedBy !== null) return true;
    return this.rules.demandsSecondPerson;
  }

  /** The event and the last review come from the same command. */
  private isJudgedBy({ data, metadata }: OfAttempt) {
    return this.review?.metadata.commandId === metadata.commandId && this.review.data.attemptId === data.attemptId;
  }

  /** The attempt, ended when its time was over by then. */
  private ended(attempt: Attempt | undefined, at: string, { keepsTimedOutState }: OtherPolicy): Attempt | undefined {
    if (!attempt || !isOver(attempt, at)) return attempt;
    const expiry = expiryOf(attempt)!;
    const data = { attemptId: attempt.id, effects: [], at: expiry };
    const recorded = this.stayedTimedOut.get(attempt.id);
    return evolveAttempt(
      attempt,
      (keepsTimedOutState ?? recorded ?? this.rules.keepsTimedOutState)
        ? { type: 'AttemptTimedOut', data }
        : { type: 'AttemptSubmitted', data: { ...data, completedAt: expiry, because: 'time_ran_out' } },
    );
  }
}

/**
 * A verdict that left an attempt waiting for a second review has no event. It gets one, to be judged anew. A review of an
 * attempt that was reset has no verdict.
 */
const withAllVerdicts = (history: readonly Recorded[]): Recorded[] =>
  history.flatMap((event, index): Recorded[] => {
    if (event.type !== 'ReviewReceived') return [event];
    const { attemptId, at } = event.data;
    const isVerdict = (each: Recorded) =>
      isOfAttempt(each) &&
      isJudgement(each) &&
      each.metadata.commandId === event.metadata.commandId &&
      each.data.attemptId === attemptId;
    const isReset = (each: Recorded) => each.type === 'PracticeAttemptReset' && each.data.attemptId === attemptId;
    if (history.some(isVerdict) || history.slice(0, index).some(isReset)) return [event];
    return [event, { ...event, type: 'SecondReviewRequired', data: { attemptId, effects: [], at } }];
  });

const outcomeIn = (attempt?: Attempt) =>
  attempt && Object.fromEntries(compared.map((field) => [field, attempt[field]]));

const judgements = {
  verified: 'AttemptVerified',
  rejected: 'AttemptRejected',
  error: 'AttemptErrored',
  second_review_required: 'SecondReviewRequired',
} as const;

/** Changes that only an attempt allows which is not completed. */
const changesBeforeTheEnd = [
  ...['SoftwareDownloadClicked', 'AttemptReadied', 'AttemptContinued', 'AttemptStopped', 'AttemptSubmitted'],
  ...['AttemptErrored', 'AttemptDeclined'],
  ...['ExtraTimeGiven', 'ExtraTimeTakenBack', 'AttemptPaused', 'PauseEnded'],
];

const isOfAttempt = (event: Recorded): event is OfAttempt => isAttemptEvent(event);
const isJudgement = ({ type }: OfAttempt) => (Object.values(judgements) as string[]).includes(type);

/** An attempt may have had no time at all: then it was over at its start. */
const isOver = (attempt: Attempt, at: string) =>
  isOverdue(attempt, at) ||
  (isIncomplete(attempt.status) && attempt.startedAt !== null && (attempt.allowedTimeLimitMins ?? 0) <= 0);

/** The event says that time was over. An operator may set `timed_out` before. */
const isEndOfTime = (event: OfAttempt, attempt?: Attempt) =>
  (event.type === 'AttemptSubmitted' && event.data.because === 'time_ran_out') ||
  (event.type === 'AttemptTimedOut' && attempt !== undefined && isOver(attempt, event.data.at));

function set(attempts: Map<number, Attempt>, id: number, attempt: Attempt | undefined) {
  if (attempt) attempts.set(id, attempt);
  else attempts.delete(id);
}
