import { byStream, type EventStore, type RecordedEvent } from '#event-store';
import { type Change, emptyState, foldChanges, type StreamState } from './topic.js';

/** About 20 MB, and more learners than take exams at the same time in most installations. */
const maxStreams = 10_000;

/** Caches the states of the streams that changed last, so that few streams are read from their beginning. */
export class StreamStates {
  private readonly states = new Map<string, StreamState>();

  constructor(private readonly store: EventStore) {}

  /** Drops the cache: the log may have lost folded events, when another server was promoted. */
  forget(): void {
    this.states.clear();
  }

  /** The changes of attempts that these events make, by event id. Each stream's events must be in order. */
  async changesOf(events: readonly RecordedEvent[]): Promise<Map<string, Change>> {
    const streams = byStream(events);
    const pasts = new Map<string, StreamState>();
    const unread = new Map<string, number>();
    for (const [stream, given] of streams) {
      const past = given[0]?.version === 1 ? emptyState : this.states.get(stream);
      if (past && given.every(({ version }, index) => version === past.version + 1 + index)) pasts.set(stream, past);
      else unread.set(stream, given.at(-1)?.version ?? 0);
    }
    if (unread.size > 0)
      for (const [stream, history] of await this.store.readUpTo(unread)) streams.set(stream, history);
    const changes = new Map<string, Change>();
    for (const [stream, next] of streams) {
      const folded = foldChanges(pasts.get(stream) ?? emptyState, next);
      for (const change of folded.changes) changes.set(change.event.id, change);
      this.keep(stream, folded.state);
    }
    return changes;
  }

  private keep(stream: string, folded: StreamState) {
    this.states.delete(stream); // moves it to the end: the first is the oldest
    this.states.set(stream, folded);
    if (this.states.size > maxStreams) this.states.delete(this.states.keys().next().value!);
  }
}
