import type { Database } from '#connections';
import { type Actor, type LearnerAtExamEvent, type TimelineEntry, timelineOf } from '#domain';
import type { RecordedEvent } from '#event-store';
import { decryptAll, fieldAtExam } from '#learner-keys';

type Learner = { examId: number; userId: number };
type Sealed = { what: string; sealed?: string };
type Readable<Entry extends Sealed> = Omit<Entry, 'sealed'> & { reason: string | null; message: string | null };

/** An entry with its reason or message decrypted: null without one, and once the learner is retired. */
export type ReadableEntry = Readable<TimelineEntry>;

/** Staff also see who did it, and the proposals to reject. */
type StaffEntry = Omit<TimelineEntry, 'what'> & { what: TimelineEntry['what'] | 'rejection_proposed'; actor: Actor };

/** The timeline of an attempt for its learner, from its stream. */
export const readableTimeline = (
  database: Database,
  learner: Learner,
  history: readonly RecordedEvent[],
  attemptId: number,
): Promise<ReadableEntry[]> =>
  readable(database, learner, timelineOf(history as readonly RecordedEvent<LearnerAtExamEvent>[], attemptId));

/** The same for staff. */
export function timelineForStaff(
  database: Database,
  learner: Learner,
  history: readonly RecordedEvent[],
  attemptId: number,
): Promise<Readable<StaffEntry>[]> {
  const events = history as readonly RecordedEvent<LearnerAtExamEvent>[];
  const entries = events.flatMap((event) => staffEntriesOf(event, attemptId));
  return readable(database, learner, entries);
}

function staffEntriesOf(event: RecordedEvent<LearnerAtExamEvent>, attemptId: number): StaffEntry[] {
  if (event.type !== 'RejectionProposed')
    return timelineOf([event], attemptId).map((entry) => ({ ...entry, actor: event.metadata.actor }));
  const { attemptId: id, proposedBy: userId, at, sealed } = event.data;
  if (id !== attemptId) return [];
  return [{ at, what: 'rejection_proposed', by: 'staff', actor: { kind: 'user', userId }, sealed }];
}

/** One query decrypts all texts. */
async function readable<Entry extends Sealed>(
  database: Database,
  learner: Learner,
  entries: readonly Entry[],
): Promise<Readable<Entry>[]> {
  const fieldOf = ({ what }: Sealed) => (what === 'message_sent' ? 'message' : 'reason');
  const encrypted = entries.flatMap((entry) =>
    entry.sealed === undefined
      ? []
      : { userId: learner.userId, sealed: entry.sealed, location: fieldAtExam(learner, fieldOf(entry)) },
  );
  const texts = await decryptAll(database, encrypted);
  return entries.map((entry) => {
    const { sealed, ...shown } = entry;
    const text = sealed === undefined ? null : (texts.shift() ?? null);
    return { ...shown, reason: null, message: null, [fieldOf(entry)]: text };
  });
}
