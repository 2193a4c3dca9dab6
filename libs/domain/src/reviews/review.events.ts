import type { Effect } from '../attempts/attempt.effects.js';
import type { Event } from '../event.js';
import type { ReviewStatus } from './review.js';

// The log keeps these names and shapes for ever. Add an optional field, or a new event; never rename.

export type ReviewEvent =
  | ReviewReceived
  /**
   * A person wants to reject the attempt, in a course that demands a second person for it. `sealed`: the reason, encrypted
   * with the learner key. A review has its own reason.
   */
  | Event<'RejectionProposed', { attemptId: number; proposedBy: number; sealed?: string; at: string }>;

export type ReviewReceived = Event<
  'ReviewReceived',
  {
    attemptId: number;
    attemptCode: string;
    status: ReviewStatus;
    reviewedBy: number | null;
    commentCount: number;
    /**
     * The review, encrypted with the learner key: {"raw": …, "comments": […], "videoUrl"?: …}. The link in it is also
     * encrypted with the provider's key.
     */
    sealed: string;
    effects?: Effect[];
    at: string;
    /** The review's id in the edx-proctoring database that it was imported from. */
    importedId?: number;
  }
>;
