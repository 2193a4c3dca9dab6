import type { Database } from '#connections';
import type { LearnerAtExamEvent } from '#domain';
import type { EventStore, RecordedEvent } from '#event-store';
import { decryptFor, fieldAtExam } from '#learner-keys';
import { learnerAtExamStream } from '../streams.js';
import type { ReviewContent, ReviewedAttempt } from './received-review.js';

/** The link to an attempt's recording, from the last review that has one. It is encrypted with the provider's key. */
export async function recordingOf(
  database: Database,
  events: EventStore,
  attempt: ReviewedAttempt,
): Promise<string | undefined> {
  const history = (await events.read(learnerAtExamStream(attempt))) as RecordedEvent<LearnerAtExamEvent>[];
  for (const { type, data } of history.toReversed()) {
    if (type !== 'ReviewReceived' || data.attemptId !== attempt.id) continue;
    const content = await decryptFor(database, attempt.userId, data.sealed, fieldAtExam(attempt, 'review'));
    const { videoUrl } = (content ? JSON.parse(content) : {}) as Partial<ReviewContent>;
    if (videoUrl) return videoUrl;
  }
  return undefined;
}
