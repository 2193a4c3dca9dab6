import type { Effect } from '../attempts/attempt.effects.js';
import type { Event } from '../event.js';
import type { ReviewStatus } from './review.js';

// The log keeps these names and shapes for ever. Add an optional field, or a new event; never rename.

export type ReviewEvent = Event<
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
  }
>;
