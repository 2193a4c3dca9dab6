import {
  type Attempt,
  type AttemptEvent,
  type Effect,
  evolveAttempt,
  isAttemptEvent,
  type LearnerAtExamEvent,
} from '#domain';
import type { Metadata, Stored } from '#event-store';

/** Something that happened to an attempt, with the attempt before (none when it is new) and after (none when removed). */
export type Change = {
  event: Stored<AttemptEvent>;
  before: Attempt | undefined;
  after: Attempt | undefined;
  /** Whose review it follows from, where a person did it. */
  reviewedBy: number | null;
  /** Whether the provider of the attempt has onboarding exams. */
  supportsOnboarding: boolean;
};

/** Whose attempt it is, and at what. */
export type Subject = Required<Pick<Metadata, 'courseId' | 'contentId' | 'examId' | 'userId'>>;

/** Says what other services may know of a change, each as CloudEvents type and data. Ids only, no personal data. */
export type Topic = {
  /** Without the configured prefix. */
  name: string;
  publish: (change: Change, subject: Subject) => { type: string; data: object }[];
};

type ReviewReceived = Extract<LearnerAtExamEvent, { type: 'ReviewReceived' }>;

/** What a stream said up to some event. */
type Seen = {
  attempts: Map<number, Attempt | undefined>;
  onboarding: Set<number>;
  review?: Stored<ReviewReceived>;
};

/** The changes of attempts that the events of one whole stream tell, in order. */
export function changesIn(history: readonly Stored[]): Change[] {
  const seen: Seen = { attempts: new Map(), onboarding: new Set() };
  return history.flatMap((event) => evolve(seen, event) ?? []);
}

function evolve(seen: Seen, event: Stored): Change | undefined {
  if (isReview(event)) seen.review = event;
  if (!isOfAttempt(event)) return undefined;
  const { attemptId } = event.data;
  const before = seen.attempts.get(attemptId);
  const after = evolveAttempt(before, event);
  seen.attempts.set(attemptId, after);
  if (effectsIn(event, 'status_signal')[0]?.supportsOnboarding) seen.onboarding.add(attemptId);
  const { review } = seen;
  const reviewedBy = review && review.metadata.commandId === event.metadata.commandId ? review.data.reviewedBy : null;
  return { event, before, after, reviewedBy, supportsOnboarding: seen.onboarding.has(attemptId) };
}

/** What the event says must follow elsewhere, of one kind, in order. */
export const effectsIn = <K extends Effect['kind']>({ data }: AttemptEvent, kind: K): Extract<Effect, { kind: K }>[] =>
  (('effects' in data && data.effects) || []).filter(
    (effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind,
  );

const isOfAttempt = (event: Stored): event is Stored<AttemptEvent> => isAttemptEvent(event);
const isReview = (event: Stored): event is Stored<ReviewReceived> => event.type === 'ReviewReceived';
