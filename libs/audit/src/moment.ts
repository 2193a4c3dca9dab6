import { instantOf } from '#domain';
import type { RecordedEvent } from '#event-store';

/** A point in a stream's history: after the event with this version, or after all events up to an ISO time. */
export type Moment = { version: number } | { at: string };

/** The moment in a text; undefined for a text that is neither a version nor a time. */
export const momentIn = (text: string): Moment | undefined => {
  if (/^\d{1,9}$/.test(text)) return { version: Number(text) };
  return instantOf(text) ? { at: text } : undefined;
};

/**
 * A history up to a moment. An event that came before one of them belongs to it, whatever its own time is: the clocks of two
 * servers differ a little.
 */
export function until<E extends RecordedEvent>(history: readonly E[], moment: Moment): E[] {
  const isBy = (event: E) =>
    'version' in moment ? event.version <= moment.version : Date.parse(timeOf(event)) <= Date.parse(moment.at);
  return history.slice(0, history.findLastIndex(isBy) + 1);
}

const timeOf = ({ data }: RecordedEvent) => (data as { at: string }).at;
