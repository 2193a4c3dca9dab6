import type { LearnerAtExamEvent } from '../learner-at-exam/learner-at-exam.decider.js';
import type { Actor } from '../origin.js';

/** The role of the person or system that did it. A learner never sees another person's name. */
export type Role = 'learner' | 'staff' | 'provider' | 'operator' | 'platform' | 'service';

/**
 * One entry of an attempt's timeline for its learner. `sealed`: a reason or a message for the learner, encrypted with the
 * learner key. `seconds`: of extra time.
 */
export type TimelineEntry = { at: string; what: Happening; by: Role; sealed?: string; seconds?: number };

type Recorded = LearnerAtExamEvent & { metadata: { actor: Actor; userId?: number } };
type Shown = Exclude<
  LearnerAtExamEvent,
  { type: `Allowance${string}` | 'RejectionProposed' | 'ControlResultReceived' }
>;

const happenings = {
  AttemptCreated: 'created',
  SoftwareDownloadClicked: 'software_clicked',
  AttemptReadied: 'readied',
  AttemptStarted: 'started',
  AttemptContinued: 'continued',
  AttemptStopped: 'stopped',
  AttemptSubmitted: 'handed_in',
  AttemptTimedOut: 'timed_out',
  AttemptDeclined: 'declined',
  AttemptErrored: 'errored',
  ReviewReceived: 'reviewed',
  SecondReviewRequired: 'second_review_required',
  AttemptVerified: 'verified',
  AttemptRejected: 'rejected',
  AttemptStatusOverridden: 'corrected',
  AttemptMarkedReadyToResume: 'ready_to_resume',
  AttemptResumed: 'resumed',
  PracticeAttemptReset: 'reset',
  ReviewStatusAcknowledged: 'acknowledged',
  AttemptRemoved: 'removed',
  AppealMade: 'appealed',
  AppealUpheld: 'appeal_upheld',
  AppealDismissed: 'appeal_dismissed',
  ExtraTimeGiven: 'extra_time_given',
  ExtraTimeTakenBack: 'extra_time_taken_back',
  AttemptPaused: 'paused',
  PauseEnded: 'pause_ended',
  MessageSent: 'message_sent',
} as const satisfies Record<Shown['type'], string>;

export type Happening = (typeof happenings)[Shown['type']] | 'blocked' | 'time_ran_out' | 'went_back';

/** The timeline of one attempt. It leaves out a proposal to reject and a tool's result, because they decide nothing. */
export const timelineOf = (history: readonly Recorded[], attemptId: number): TimelineEntry[] =>
  history.flatMap((event) => {
    if (!isShown(event) || event.data.attemptId !== attemptId) return [];
    const { actor, userId } = event.metadata;
    const at = event.type === 'AttemptSubmitted' ? event.data.completedAt : event.data.at;
    const isReason = event.type !== 'ReviewReceived' && 'sealed' in event.data;
    const reason = isReason ? { sealed: (event.data as { sealed: string }).sealed } : {};
    const seconds = 'seconds' in event.data ? { seconds: event.data.seconds } : {};
    return { at, what: happeningOf(event), by: roleOf(actor, userId), ...reason, ...seconds };
  });

const isShown = (event: Recorded): event is Recorded & Shown => Object.hasOwn(happenings, event.type);

const happeningOf = (event: Shown): Happening => {
  if (event.type === 'AttemptCreated' && event.data.status !== 'created') return 'blocked';
  if (event.type === 'AttemptSubmitted') return event.data.because;
  return happenings[event.type];
};

const roleOf = (actor: Actor, learnerId: number | undefined): Role => {
  switch (actor.kind) {
    case 'user':
      return actor.userId === learnerId ? 'learner' : 'staff';
    case 'clock':
      return 'service';
    case 'lms':
      return 'platform';
    default:
      return actor.kind;
  }
};
