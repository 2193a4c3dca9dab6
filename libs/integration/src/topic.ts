import {
  type Attempt,
  type AttemptEvent,
  type Effect,
  evolveAttempt,
  isAttemptEvent,
  type LearnerAtExamEvent,
} from '#domain';
import type { Metadata, Stored } from '#event-store';

/**
 * Something that happened to an attempt, with the attempt before (none when it is new) and after (none when removed), and
 * the whole stream it is in.
 */
export type Change = {
  event: Stored<AttemptEvent>;
  before: Attempt | undefined;
  after: Attempt | undefined;
  history: readonly Stored<LearnerAtExamEvent>[];
};

/** Whose attempt it is, and at what. */
export type Subject = Required<Pick<Metadata, 'courseId' | 'contentId' | 'examId' | 'userId'>>;

/** Says what other services may know of a change, each as CloudEvents type and data. Ids only, no personal data. */
export type Topic = {
  /** Without the configured prefix. */
  name: string;
  publish: (change: Change, subject: Subject) => { type: string; data: object }[];
};

/** The changes of attempts that the events of one whole stream tell, in order. */
export function changesIn(history: readonly Stored[]): Change[] {
  const attempts = new Map<number, Attempt | undefined>();
  return history.filter(isOfAttempt).map((event) => {
    const before = attempts.get(event.data.attemptId);
    const after = evolveAttempt(before, event);
    attempts.set(event.data.attemptId, after);
    return { event, before, after, history: history as Stored<LearnerAtExamEvent>[] };
  });
}

/** What the event says must follow elsewhere, of one kind, in order. */
export const effectsIn = <K extends Effect['kind']>({ data }: AttemptEvent, kind: K): Extract<Effect, { kind: K }>[] =>
  (('effects' in data && data.effects) || []).filter(
    (effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind,
  );

const isOfAttempt = (event: Stored): event is Stored<AttemptEvent> => isAttemptEvent(event);
