import { dispatch, type Handlers } from '../decider.js';
import type { Event } from '../event.js';
import type { AttemptEvent } from './attempt.events.js';
import { isInProgress, type Status } from './attempt.statuses.js';
import type { Timing } from './attempt.time.js';

/** One try of one learner at an exam (domain.md §1.2). Times are ISO instants. */
export type Attempt = Timing & {
  id: number;
  examId: number;
  /** The exam's generation; null for the first. */
  generationId: number | null;
  userId: number;
  attemptCode: string;
  externalId: string | null;
  status: Status;
  takingAsProctored: boolean;
  isSampleAttempt: boolean;
  reviewPolicyId: number | null;
  completedAt: string | null;
  isStatusAcknowledged: boolean;
  timeRemainingSeconds: number | null;
  isResumable: boolean;
  readyToResume: boolean;
  resumed: boolean;
  created: string;
  modified: string;
};

/** A change of status also decides whether the attempt may be resumed (domain.md §2.6). */
const withStatus = (attempt: Attempt, status: Status): Attempt => {
  const stays = status === 'error' || attempt.isResumable;
  return {
    ...attempt,
    status,
    isResumable: stays && status !== 'submitted' && !attempt.readyToResume && !attempt.resumed,
  };
};
const to = (status: Status) => (attempt: Attempt) => withStatus(attempt, status);

const evolution: Handlers<Attempt, AttemptEvent, Attempt | undefined> = {
  AttemptCreated: (_, event) => created(event),
  SoftwareDownloadClicked: to('download_software_clicked'),
  AttemptReadied: to('ready_to_start'),
  AttemptStarted: (attempt, { data }) => ({
    ...withStatus(attempt, 'started'),
    startedAt: data.at,
    allowedTimeLimitMins: data.allowed.minutes,
  }),
  AttemptContinued: to('started'),
  AttemptStopped: to('ready_to_submit'),
  AttemptSubmitted: (attempt, { data }) => ({ ...withStatus(attempt, 'submitted'), completedAt: data.completedAt }),
  AttemptTimedOut: to('timed_out'),
  AttemptDeclined: (attempt, { data }) => ({
    ...withStatus(attempt, 'declined'),
    // Only the attempt that starts a cascade stops being proctored (domain.md §2.8).
    ...(data.cascadedFrom === undefined ? { takingAsProctored: false, externalId: null } : {}),
  }),
  AttemptErrored: (attempt, { data }) => ({
    ...withStatus(attempt, 'error'),
    timeRemainingSeconds: data.timeRemainingSeconds ?? attempt.timeRemainingSeconds,
  }),
  SecondReviewRequired: to('second_review_required'),
  AttemptVerified: to('verified'),
  AttemptRejected: to('rejected'),
  AttemptStatusOverridden: (attempt, { data }) => withStatus(attempt, data.status),
  AttemptMarkedReadyToResume: (attempt) => ({ ...attempt, readyToResume: true, isResumable: false }),
  AttemptResumed: (attempt) => ({ ...attempt, resumed: true, isResumable: false }),
  PracticeAttemptReset: (attempt) => ({ ...attempt, status: 'onboarding_reset' }),
  ReviewStatusAcknowledged: (attempt) => ({ ...attempt, isStatusAcknowledged: true }),
  AttemptRemoved: () => undefined,
  ExtraTimeGiven: (attempt, { data }) => ({ ...attempt, extraSeconds: attempt.extraSeconds + data.seconds }),
  ExtraTimeTakenBack: (attempt, { data }) => ({ ...attempt, extraSeconds: attempt.extraSeconds - data.seconds }),
  AttemptPaused: (attempt, { data }) => ({ ...attempt, pausedAt: data.at }),
  PauseEnded: (attempt, { data }) => withoutPause(attempt, data.at),
};

/** The pause ends: the attempt's end moves by its length. */
const withoutPause = (attempt: Attempt, at: string): Attempt =>
  attempt.pausedAt === null
    ? attempt
    : {
        ...attempt,
        pausedAt: null,
        pausedMs: attempt.pausedMs + Date.parse(at) - Date.parse(attempt.pausedAt),
      };

const created = ({ data }: Extract<AttemptEvent, { type: 'AttemptCreated' }>): Attempt => ({
  id: data.attemptId,
  examId: data.examId,
  generationId: data.generationId ?? null,
  userId: data.userId,
  attemptCode: data.attemptCode,
  externalId: data.externalId,
  status: data.status,
  takingAsProctored: data.takingAsProctored,
  isSampleAttempt: data.isSampleAttempt,
  reviewPolicyId: data.reviewPolicyId,
  startedAt: null,
  completedAt: null,
  allowedTimeLimitMins: null,
  extraSeconds: 0,
  pausedAt: null,
  pausedMs: 0,
  isStatusAcknowledged: false,
  timeRemainingSeconds: data.timeRemainingSeconds,
  isResumable: false,
  readyToResume: false,
  resumed: false,
  created: data.at,
  modified: data.at,
});

export const isAttemptEvent = (event: Event): event is AttemptEvent => event.type in evolution;

/** The attempt after one of its events; undefined once it is removed. */
export const evolveAttempt = (attempt: Attempt | undefined, event: AttemptEvent): Attempt | undefined => {
  const next = dispatch(evolution, attempt!, event);
  const { at } = event.data;
  const imported = 'imported' in event.data ? event.data.imported : undefined;
  // An attempt that ends while it is paused is no longer paused.
  return next && { ...(isInProgress(next.status) ? next : withoutPause(next, at)), modified: at, ...imported };
};

/** The id of the exam's generation that the attempt belongs to. */
export const generationOf = ({ generationId, examId }: Pick<Attempt, 'generationId' | 'examId'>): number =>
  generationId ?? examId;

/** May the learner resume this attempt now (domain.md §2.6)? */
export const isReadyToResume = (attempt: Pick<Attempt, 'readyToResume' | 'resumed'>): boolean =>
  attempt.readyToResume && !attempt.resumed;

export const isInResumeProcess = (attempt: Attempt): boolean => attempt.readyToResume || attempt.resumed;
