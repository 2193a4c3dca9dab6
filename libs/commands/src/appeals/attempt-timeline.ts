import type { Database } from '#connections';
import { type LearnerAtExamEvent, type TimelineEntry, timelineOf } from '#domain';
import type { RecordedEvent } from '#event-store';
import { decryptAll, fieldAtExam } from '#learner-keys';

/** An entry with its reason or message decrypted: null without one, and once the learner is retired. */
export type ReadableEntry = Omit<TimelineEntry, 'sealed'> & { reason: string | null; message: string | null };

/** The timeline of an attempt, from its stream. One query decrypts all texts. */
export async function readableTimeline(
  database: Database,
  learner: { examId: number; userId: number },
  history: readonly RecordedEvent[],
  attemptId: number,
): Promise<ReadableEntry[]> {
  const entries = timelineOf(history as readonly RecordedEvent<LearnerAtExamEvent>[], attemptId);
  const fieldOf = ({ what }: TimelineEntry) => (what === 'message_sent' ? 'message' : 'reason');
  const encrypted = entries.flatMap((entry) =>
    entry.sealed === undefined
      ? []
      : { userId: learner.userId, sealed: entry.sealed, location: fieldAtExam(learner, fieldOf(entry)) },
  );
  const texts = await decryptAll(database, encrypted);
  return entries.map(({ sealed, ...entry }) => {
    const text = sealed === undefined ? null : (texts.shift() ?? null);
    return { ...entry, reason: null, message: null, [fieldOf(entry)]: text };
  });
}
