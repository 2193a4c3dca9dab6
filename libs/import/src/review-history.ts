import type { ReviewReceived, ReviewStatus } from '#domain';
import { actorOf, type ImportedEvent, sortable, versionsOf } from './imported-event.js';
import type { OldComment, OldReview } from './old-rows.js';

/** A review's former rows in the old database, its row there, and its comments, which only grow. */
export type OldReviewRows = { former: readonly OldReview[]; row: OldReview; comments: readonly OldComment[] };

/** A review before its content is encrypted. */
export type PlainReview = { review: OldReview; since: string; text: string; commentCount: number };

const sameReview = (one: OldReview, other: OldReview) =>
  one.status === other.status &&
  one.raw === other.raw &&
  one.videoUrl === other.videoUrl &&
  one.reviewedBy === other.reviewedBy;

/** The payload of a provider. A text that is no JSON object is kept as it is. */
export const payloadOf = (raw: string): object => {
  try {
    const payload = JSON.parse(raw);
    if (Object(payload) === payload) return payload;
  } catch {
    // kept below
  }
  return { text: raw };
};

/** A comment as the log keeps it. */
export const commentOf = ({ id, reviewId, created, modified, ...comment }: OldComment) => comment;

/** The reviews that were received one after the other, each with the comments that came with it. */
export function reviewsOf({ former, row, comments }: OldReviewRows): PlainReview[] {
  const { versions } = versionsOf(former, row, sameReview);
  return versions.map(({ row: review, since }, index) => {
    const until = versions[index + 1]?.since;
    const own = comments.filter(
      ({ created }) =>
        (index === 0 || sortable(created) >= sortable(since)) &&
        (until === undefined || sortable(created) < sortable(until)),
    );
    const video = review.videoUrl === null ? {} : { videoUrl: review.videoUrl };
    const text = JSON.stringify({ raw: payloadOf(review.raw), comments: own.map(commentOf), ...video });
    return { review, since, text, commentCount: own.length };
  });
}

export const reviewEvent = (
  { review, since, commentCount }: PlainReview,
  { attemptId, importedId, sealed }: { attemptId: number; importedId: number; sealed: string },
): ImportedEvent<ReviewReceived> => {
  const { attemptCode, reviewedBy } = review;
  const status = review.status as ReviewStatus;
  const data = { attemptId, attemptCode, status, reviewedBy, commentCount, sealed, effects: [], at: since, importedId };
  return { event: { type: 'ReviewReceived', data }, actor: actorOf(reviewedBy) };
};
