import type { Database } from '#connections';
import type { Actor, ReviewComment, ReviewReceived, ReviewStatus } from '#domain';
import type { RecordedEvent } from '#event-store';
import { decryptAll, fieldAtExam } from '#learner-keys';
import type { ReviewContent } from './received-review.js';

/** A review with its comments decrypted: null once the learner is retired. */
export type ReadableReview = {
  at: string;
  status: ReviewStatus;
  sender: Actor;
  reviewedBy: number | null;
  commentCount: number;
  comments: ReviewComment[] | null;
  hasRecording: boolean;
};

/** The reviews of an attempt, from its stream, the oldest first. One query decrypts all comments. */
export async function readableReviews(
  database: Database,
  learner: { examId: number; userId: number },
  history: readonly RecordedEvent[],
  attemptId: number,
): Promise<ReadableReview[]> {
  const reviews = (history as readonly RecordedEvent<ReviewReceived>[]).filter(
    ({ type, data }) => type === 'ReviewReceived' && data.attemptId === attemptId,
  );
  const location = fieldAtExam(learner, 'review');
  const contents = await decryptAll(
    database,
    reviews.map(({ data: { sealed } }) => ({ userId: learner.userId, sealed, location })),
  );
  return reviews.map(({ data: { at, status, reviewedBy, commentCount }, metadata: { actor: sender } }, index) => {
    const content: ReviewContent | undefined = contents[index] ? JSON.parse(contents[index]) : undefined;
    const comments = (content?.comments as ReviewComment[] | undefined) ?? null;
    return { at, status, sender, reviewedBy, commentCount, comments, hasRecording: content?.videoUrl !== undefined };
  });
}
