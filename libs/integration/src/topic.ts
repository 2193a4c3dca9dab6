import {
  type Attempt,
  type AttemptEvent,
  type Effect,
  evolveAttempt,
  isAttemptEvent,
  type LearnerAtExamEvent,
} from '#domain';
import type { Metadata, RecordedEvent } from '#event-store';

type EventOf<T> = RecordedEvent<Extract<LearnerAtExamEvent, { type: T }>>;

/**
 * A change of an attempt: the attempt before (undefined when it is new) and after (undefined when removed), its creation,
 * and the newest review in its stream.
 */
export type Change = {
  event: RecordedEvent<AttemptEvent>;
  before?: Attempt;
  after?: Attempt;
  created?: EventOf<'AttemptCreated'>;
  review?: EventOf<'ReviewReceived'>;
};

/** The state of one stream at a version. */
export type StreamState = {
  version: number;
  attempts: ReadonlyMap<number, { created?: EventOf<'AttemptCreated'>; now?: Attempt }>;
  review?: EventOf<'ReviewReceived'>;
};

export const emptyState: StreamState = { version: 0, attempts: new Map() };

/** The learner, exam and course of an attempt. */
export type Subject = Required<Pick<Metadata, 'courseId' | 'contentId' | 'examId' | 'userId'>>;

/** A topic. `publish` makes the messages about a change, as CloudEvents type and data. Ids only, no personal data. */
export type Topic = {
  /** Without the configured prefix. */
  name: string;
  publish: (change: Change, subject: Subject) => { type: string; data: object }[];
};

/** Folds the next events of a stream: the changes of attempts, in order, and the new state. */
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

/** The effects of one kind that the event recorded, in order. */
export const effectsIn = <K extends Effect['kind']>({ data }: AttemptEvent, kind: K): Extract<Effect, { kind: K }>[] =>
  (('effects' in data && data.effects) || []).filter(
    (effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind,
  );

const isOfAttempt = (event: RecordedEvent): event is RecordedEvent<AttemptEvent> => isAttemptEvent(event);
