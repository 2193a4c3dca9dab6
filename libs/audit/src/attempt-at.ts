import { type Attempt, evolveAttempt, isAttemptEvent } from '#domain';
import type { RecordedEvent } from '#event-store';
import { type Moment, until } from './moment.js';

/** An attempt after one of its events; `attempt` is undefined before it was created and once it is removed. */
export type AttemptAt = { version: number; attempt?: Attempt };

export const eventsOfAttempt = (attemptId: number, history: readonly RecordedEvent[]): RecordedEvent[] =>
  history.filter(({ data }) => (data as { attemptId?: number }).attemptId === attemptId);

/** `events` are all events of the attempt. */
export function attemptAt(events: readonly RecordedEvent[], moment: Moment): AttemptAt {
  const past = until(events, moment);
  let attempt: Attempt | undefined;
  for (const event of past) if (isAttemptEvent(event)) attempt = evolveAttempt(attempt, event);
  return { version: past.at(-1)?.version ?? 0, attempt };
}

export type Difference = { field: string; before: unknown; after: unknown };

/** The fields in which two states differ. A field that one of them lacks is null there. */
export function differencesBetween(before: object = {}, after: object = {}): Difference[] {
  const [one, other] = [before, after] as Record<string, unknown>[];
  return Object.keys({ ...one, ...other })
    .map((field) => ({ field, before: one![field] ?? null, after: other![field] ?? null }))
    .filter((each) => each.before !== each.after);
}
