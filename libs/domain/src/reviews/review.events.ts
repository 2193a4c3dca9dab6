import type { Effect } from '../attempts/attempt.effects.js';
import type { Event } from '../event.js';
import type { ReviewStatus } from './review.js';

// These names and shapes are stored for ever. Add an optional field, or a new event; never rename.

export type ReviewEvent = Event<
  'ReviewReceived',
  {
    attemptId: number;
    attemptCode: string;
    status: ReviewStatus;
    reviewedBy: number | null;
    commentCount: number;
    /**
     * The provider's review, encrypted with the learner's key: {"raw": …, "comments": […], "videoUrl"?: …}; the link is
     * encrypted once more, with the provider's key.
     */
    sealed: string;
    effects?: Effect[];
    at: string;
  }
>;
