import { byStream, type EventStore, type RecordedEvent } from '#event-store';
import { type Change, emptyState, foldChanges, type StreamState } from './topic.js';

/** Twenty megabytes or so, and more learners than sit exams at one time in most places. */
const most = 10_000;

/** Keeps the states of the streams that were published last, so that few are read again from their beginning. */
export class StreamStates {
  private readonly known = new Map<string, StreamState>();

  constructor(private readonly store: EventStore) {}

  /** The log may have lost what was folded: another server may have been promoted. */
  forget(): void {
    this.known.clear();
  }

  /**
   * The changes of attempts that these events make, each stream's in order; by the event's id. Other events may be
   * among them.
   */
  async changesOf(events: readonly RecordedEvent[]): Promise<Map<string, Change>> {
    const streams = byStream(events);
    const pasts = new Map<string, StreamState>();
    const unread = new Map<string, number>();
    for (const [stream, given] of streams) {
      const past = given[0]?.version === 1 ? emptyState : this.known.get(stream);
      if (past && given.every(({ version }, index) => version === past.version + 1 + index)) pasts.set(stream, past);
      else unread.set(stream, given.at(-1)?.version ?? 0);
    }
    if (unread.size > 0)
      for (const [stream, history] of await this.store.readUpTo(unread)) streams.set(stream, history);
    const changes = new Map<string, Change>();
    for (const [stream, next] of streams) {
      const told = foldChanges(pasts.get(stream) ?? emptyState, next);
      for (const change of told.changes) changes.set(change.event.id, change);
      this.keep(stream, told.state);
    }
    return changes;
  }

  private keep(stream: string, folded: StreamState) {
    this.known.delete(stream); // the newest stand last
    this.known.set(stream, folded);
    if (this.known.size > most) this.known.delete(this.known.keys().next().value!);
  }
}
