import type { Status } from '../attempts/attempt.statuses.js';
import { isLongerThan, isStorable, limits } from '../limits.js';
import { pythonRepr } from '../python-repr.js';
import { Refusal } from '../refusal.js';

/** The status that we keep for each word of a provider (domain.md §8.1). */
export const reviewStatusOf = {
  passed: 'Clean',
  violation: 'Rules Violation',
  suspicious: 'Suspicious',
  not_reviewed: 'Not Reviewed',
} as const;

export type ReviewStatus = (typeof reviewStatusOf)[keyof typeof reviewStatusOf];

/** @throws Refusal bad_review_status, with the provider's word */
export const parseReviewStatus = (word: unknown): ReviewStatus => {
  if (typeof word === 'string' && Object.hasOwn(reviewStatusOf, word))
    return reviewStatusOf[word as keyof typeof reviewStatusOf];
  throw new Refusal('bad_review_status', pythonRepr(word));
};

/** Every cause has the same text, so that a sender cannot find out which attempts exist. */
export const noAttemptMatches = () => new Refusal('attempt_not_found', 'No attempt matches this review.');

export type Review = { status: ReviewStatus; reviewedBy: number | null; sealed?: string };

/** The attempt's status after a review (domain.md §8.3). */
export const outcomeOf = (
  review: Review,
  facts: {
    passingStatuses: readonly string[];
    requiresSecondReview: boolean;
    supportsOnboarding: boolean;
    isSampleAttempt: boolean;
    /** The attempt was never submitted, and a pass needs a submission. */
    lacksSubmission: boolean;
  },
): Extract<Status, 'verified' | 'error' | 'rejected' | 'second_review_required'> => {
  if (facts.passingStatuses.includes(review.status)) return facts.lacksSubmission ? 'error' : 'verified';
  if (review.status === 'Not Reviewed') return 'error';
  if (review.reviewedBy !== null || !facts.requiresSecondReview) return 'rejected';
  if (facts.supportsOnboarding && facts.isSampleAttempt) return 'rejected';
  return 'second_review_required';
};

/** A reviewer's note. Times are seconds from the start of the recording; 0: unknown (domain.md §1.5). */
export type ReviewComment = { comment: string; status: string; start: number; stop: number; duration: number };

/** The comments of a review in the common form (domain.md §8.1). A comment without text or status is refused. */
export const commentsOf = (comments: unknown): ReviewComment[] => {
  if (isEmpty(comments)) return [];
  if (!Array.isArray(comments)) throw new Refusal('bad_review_comment', 'comments: Expected a list.');
  if (comments.length > limits.comments)
    throw new Refusal('bad_review_comment', `comments: At most ${limits.comments} comments are allowed.`);
  return comments.map((each, index) => {
    const { comment, status, start = 0, stop = 0, duration = 0 } = Object(each);
    const seconds = (name: string, value: unknown) => commentSeconds(value, `comments.${index}.${name}`);
    return {
      comment: commentText(comment, `comments.${index}.comment`),
      status: commentText(status, `comments.${index}.status`),
      start: seconds('start', start),
      stop: seconds('stop', stop),
      duration: seconds('duration', duration),
    };
  });
};

const isEmpty = (comments: unknown) =>
  comments === undefined ||
  comments === '' ||
  (Object(comments) === comments && Object.keys(comments as object).length === 0);

const commentText = (value: unknown, field: string): string => {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new Refusal('bad_review_comment', `${field}: Not a valid string.`);
  if (isLongerThan(limits.text, String(value)))
    throw new Refusal('bad_review_comment', `${field}: Ensure this field has no more than ${limits.text} characters.`);
  if (!isStorable(String(value))) throw new Refusal('bad_review_comment', `${field}: A character cannot be stored.`);
  return String(value);
};

const commentSeconds = (value: unknown, field: string): number => {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof seconds === 'number' && Math.abs(seconds) <= limits.id) return Math.trunc(seconds);
  throw new Refusal('bad_review_comment', `${field}: A valid integer is required.`);
};
