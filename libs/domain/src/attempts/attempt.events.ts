import type { Event } from '../event.js';
import type { Effect } from './attempt.effects.js';
import type { OnboardingError, Status } from './attempt.statuses.js';
import type { AllowedTime } from './attempt.time.js';
import type { RunningAttemptEvent } from './running-attempt.events.js';

// The log keeps these names and shapes for ever. Add an optional field, or a new event; never rename.

/** The fields of an imported row that differ from those to which its event alone would lead. */
export type ImportedFields = { [field: string]: string | number | boolean | null };

/**
 * `at`: when it happened. `effects`: what must follow outside this service. They are decided once and kept. `imported`: in
 * events from an edx-proctoring database.
 */
type OfAttempt<Data extends object = object> = { attemptId: number; at: string; imported?: ImportedFields } & Data;
type StatusChange<Data extends object = object> = OfAttempt<{ effects: Effect[] } & Data>;

export type AttemptEvent =
  | RunningAttemptEvent
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
        /** The seconds that were left of the resumed attempt. */
        timeRemainingSeconds: number | null;
        /** The learner declined this exam, which created the attempt. */
        cascadedFrom?: number;
        /** The exam's generation; absent for the first. */
        generationId?: number;
        /** The exam's type; absent where the other fields tell it. */
        examType?: 'practice' | 'onboarding';
        /** Older events have none. */
        effects?: Effect[];
      }>
    >
  | Event<'SoftwareDownloadClicked', StatusChange>
  | Event<'AttemptReadied', StatusChange>
  | Event<'AttemptStarted', StatusChange<{ allowed: AllowedTime }>>
  /** The learner came back to the exam. Its time did not stop. */
  | Event<'AttemptContinued', StatusChange>
  | Event<'AttemptStopped', StatusChange>
  | Event<
      'AttemptSubmitted',
      StatusChange<{ completedAt: string; because: 'handed_in' | 'time_ran_out' | 'went_back' }>
    >
  | Event<'AttemptTimedOut', StatusChange>
  | Event<'AttemptDeclined', StatusChange<{ cascadedFrom?: number }>>
  /** An error that comes from a review has no seconds. */
  | Event<'AttemptErrored', StatusChange<{ timeRemainingSeconds?: number }>>
  | Event<'SecondReviewRequired', StatusChange>
  /** `sealed` here and below: the reason, encrypted with the learner key. Without it a review or an appeal is the reason. */
  | Event<'AttemptVerified', StatusChange<{ sealed?: string }>>
  | Event<'AttemptRejected', StatusChange<{ sealed?: string }>>
  /** An operator set a status that no other event stands for. */
  | Event<'AttemptStatusOverridden', StatusChange<{ status: Status }>>
  | Event<'AttemptMarkedReadyToResume', OfAttempt>
  | Event<'AttemptResumed', OfAttempt<{ resumedBy: number }>>
  | Event<'PracticeAttemptReset', OfAttempt>
  | Event<'ReviewStatusAcknowledged', OfAttempt>
  | Event<'AttemptRemoved', StatusChange<{ because: 'staff' | 'learner' | 'practice_reset' | 'onboarding_completed' }>>;
