import type { Database } from '#connections';
import { type LearnerAtExamEvent, type TimelineEntry, timelineOf } from '#domain';
import type { RecordedEvent } from '#event-store';
import { decryptAll, fieldAtExam } from '#learner-keys';

/** An entry with its reason decrypted: null without a reason, and once the learner is retired. */
export type ReadableEntry = Omit<TimelineEntry, 'sealed'> & { reason: string | null };

/** The timeline of an attempt, from its stream. One query decrypts all reasons. */
export async function readableTimeline(
  database: Database,
  learner: { examId: number; userId: number },
  history: readonly RecordedEvent[],
  attemptId: number,
): Promise<ReadableEntry[]> {
  const entries = timelineOf(history as readonly RecordedEvent<LearnerAtExamEvent>[], attemptId);
  const location = fieldAtExam(learner, 'reason');
  const withReason = entries.flatMap(({ sealed }) =>
    sealed === undefined ? [] : { userId: learner.userId, sealed, location },
  );
  const reasons = await decryptAll(database, withReason);
  return entries.map(({ sealed, ...entry }) => ({
    ...entry,
    reason: sealed === undefined ? null : (reasons.shift() ?? null),
  }));
}
