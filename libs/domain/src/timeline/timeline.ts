import type { LearnerAtExamEvent } from '../learner-at-exam/learner-at-exam.decider.js';
import type { Actor } from '../origin.js';

/** The one who did it, as a role: a learner never sees another person's name. */
export type Role = 'learner' | 'staff' | 'provider' | 'operator' | 'platform' | 'service';

/** One line of the story of an attempt, as its learner may see it. `sealed`: a reason that was given to the learner. */
export type TimelineEntry = { at: string; what: Happening; by: Role; sealed?: string };

type Recorded = LearnerAtExamEvent & { metadata: { actor: Actor; userId?: number } };
type Told = Exclude<LearnerAtExamEvent, { type: `Allowance${string}` | 'RejectionProposed' }>;

/** The happening that an event tells, by its type. */
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
} as const satisfies Record<Told['type'], string>;

export type Happening = (typeof happenings)[Told['type']] | 'blocked' | 'time_ran_out' | 'went_back';

/** The story of one attempt. A proposal to reject it is not told: it decides nothing. */
export const timelineOf = (history: readonly Recorded[], attemptId: number): TimelineEntry[] =>
  history.flatMap((event) => {
    if (!isTold(event) || event.data.attemptId !== attemptId) return [];
    const { actor, userId } = event.metadata;
    const at = event.type === 'AttemptSubmitted' ? event.data.completedAt : event.data.at;
    const isReason = event.type !== 'ReviewReceived' && 'sealed' in event.data;
    const reason = isReason ? { sealed: (event.data as { sealed: string }).sealed } : {};
    return { at, what: happeningOf(event), by: roleOf(actor, userId), ...reason };
  });

const isTold = (event: Recorded): event is Recorded & Told => Object.hasOwn(happenings, event.type);

const happeningOf = (event: Told): Happening => {
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
