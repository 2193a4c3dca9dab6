import {
  type Attempt,
  type AttemptEvent,
  type Effect,
  evolveAttempt,
  isAttemptEvent,
  type LearnerAtExamEvent,
} from '#domain';
import type { Metadata, RecordedEvent } from '#event-store';

type Of<T> = RecordedEvent<Extract<LearnerAtExamEvent, { type: T }>>;

/**
 * Something that happened to an attempt: the attempt before (none when it is new) and after (none when removed), how it
 * began, and the newest review of any in its stream.
 */
export type Change = {
  event: RecordedEvent<AttemptEvent>;
  before?: Attempt;
  after?: Attempt;
  created?: Of<'AttemptCreated'>;
  review?: Of<'ReviewReceived'>;
};

/** The state of one stream, up to a version. */
export type StreamState = {
  version: number;
  attempts: ReadonlyMap<number, { created?: Of<'AttemptCreated'>; now?: Attempt }>;
  review?: Of<'ReviewReceived'>;
};

export const emptyState: StreamState = { version: 0, attempts: new Map() };

/** Whose attempt it is, and at what. */
export type Subject = Required<Pick<Metadata, 'courseId' | 'contentId' | 'examId' | 'userId'>>;

/** Says what other services may know of a change, each as CloudEvents type and data. Ids only, no personal data. */
export type Topic = {
  /** Without the configured prefix. */
  name: string;
  publish: (change: Change, subject: Subject) => { type: string; data: object }[];
};

/** The changes of attempts that the next events of a stream tell, in order, and what it amounts to then. */
export function foldChanges(
  past: StreamState,
  next: readonly RecordedEvent[],
): { state: StreamState; changes: Change[] } {
  const attempts = new Map(past.attempts);
  let { version, review } = past;
  const changes: Change[] = [];
  for (const event of next as RecordedEvent<LearnerAtExamEvent>[]) {
    version = event.version;
    if (event.type === 'ReviewReceived') review = event;
    if (!isOfAttempt(event)) continue;
    const { created = event.type === 'AttemptCreated' ? event : undefined, now: before } =
      attempts.get(event.data.attemptId) ?? {};
    const after = evolveAttempt(before, event);
    attempts.set(event.data.attemptId, { created, now: after });
    changes.push({ event, before, after, created, review });
  }
  return { state: { version, attempts, review }, changes };
}

/** The changes that the events of one whole stream tell. */
export const changesIn = (history: readonly RecordedEvent[]): Change[] => foldChanges(emptyState, history).changes;

/** The event's effects of one kind, in order. */
export const effectsIn = <K extends Effect['kind']>({ data }: AttemptEvent, kind: K): Extract<Effect, { kind: K }>[] =>
  (('effects' in data && data.effects) || []).filter(
    (effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind,
  );

const isOfAttempt = (event: RecordedEvent): event is RecordedEvent<AttemptEvent> => isAttemptEvent(event);
