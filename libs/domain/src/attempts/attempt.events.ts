import type { Event } from '../event.js';
import type { Effect } from './attempt.effects.js';
import type { OnboardingError, Status } from './attempt.statuses.js';
import type { AllowedTime } from './attempt.time.js';

// These names and shapes are stored for ever. Add an optional field, or a new event; never rename.

/** `at`: when it happened. `effects`: what must follow elsewhere, decided once and kept. */
type OfAttempt<Data extends object = object> = { attemptId: number; at: string } & Data;
type StatusChange<Data extends object = object> = OfAttempt<{ effects: Effect[] } & Data>;

export type AttemptEvent =
  | Event<
      'AttemptCreated',
      OfAttempt<{
        examId: number;
        userId: number;
        attemptCode: string;
        status: 'created' | OnboardingError;
        externalId: string | null;
        takingAsProctored: boolean;
        isSampleAttempt: boolean;
        reviewPolicyId: number | null;
        /** Seconds that a resumed attempt had left. */
        timeRemainingSeconds: number | null;
        /** The exam whose declining created this attempt. */
        cascadedFrom?: number;
        /** Events of before the first signal have none. */
        effects?: Effect[];
      }>
    >
  | Event<'SoftwareDownloadClicked', StatusChange>
  | Event<'AttemptReadied', StatusChange>
  | Event<'AttemptStarted', StatusChange<{ allowed: AllowedTime }>>
  /** Back in the exam after a pause; the clock was running all the time. */
  | Event<'AttemptContinued', StatusChange>
  | Event<'AttemptStopped', StatusChange>
  | Event<
      'AttemptSubmitted',
      StatusChange<{ completedAt: string; because: 'handed_in' | 'time_ran_out' | 'went_back' }>
    >
  | Event<'AttemptTimedOut', StatusChange>
  | Event<'AttemptDeclined', StatusChange<{ cascadedFrom?: number }>>
  /** Without seconds when nobody reported what was left (a review said so). */
  | Event<'AttemptErrored', StatusChange<{ timeRemainingSeconds?: number }>>
  | Event<'SecondReviewRequired', StatusChange>
  | Event<'AttemptVerified', StatusChange>
  | Event<'AttemptRejected', StatusChange>
  /** An operator put the attempt into a status that no exam procedure leads to. */
  | Event<'AttemptStatusOverridden', StatusChange<{ status: Status }>>
  | Event<'AttemptMarkedReadyToResume', OfAttempt>
  | Event<'AttemptResumed', OfAttempt<{ resumedBy: number }>>
  | Event<'PracticeAttemptReset', OfAttempt>
  | Event<'ReviewStatusAcknowledged', OfAttempt>
  | Event<'AttemptRemoved', StatusChange<{ because: 'staff' | 'practice_reset' | 'onboarding_completed' }>>;
