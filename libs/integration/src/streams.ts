import type { EventStore, Stored } from '#event-store';
import { type Change, type Folded, fold, nothingYet } from './topic.js';

/** Some ten megabytes. */
const most = 10_000;

/** Knows what the streams that were asked for last amount to, so that few are read again from their beginning. */
export class Streams {
  private readonly known = new Map<string, Folded>();

  constructor(private readonly store: EventStore) {}

  /** What these events, which are in the log's order, tell of attempts; by the event's id. */
  async changesOf(events: readonly Stored[]): Promise<Map<string, Change>> {
    const next = new Map<string, Stored[]>();
    for (const event of events) {
      const before = next.get(event.stream);
      if (before) before.push(event);
      else next.set(event.stream, [event]);
    }
    const pasts = await this.before(next);
    const changes = new Map<string, Change>();
    for (const [stream, given] of next) {
      const told = fold(pasts.get(stream)!, given);
      for (const change of told.changes) changes.set(change.event.id, change);
      this.keep(stream, told.folded);
    }
    return changes;
  }

  /** What each of these streams amounted to before these events. */
  private async before(next: ReadonlyMap<string, readonly Stored[]>): Promise<Map<string, Folded>> {
    const pasts = new Map<string, Folded>();
    const unknown = new Map<string, number>();
    for (const [stream, [{ version }]] of next) {
      const known = version === 1 ? nothingYet : this.known.get(stream);
      if (known?.version === version - 1) pasts.set(stream, known);
      else unknown.set(stream, version - 1);
    }
    if (unknown.size > 0)
      for (const [stream, history] of await this.store.readUpTo(unknown))
        pasts.set(stream, fold(nothingYet, history).folded);
    return pasts;
  }

  private keep(stream: string, folded: Folded) {
    this.known.delete(stream); // the newest stand last
    this.known.set(stream, folded);
    if (this.known.size > most) this.known.delete(this.known.keys().next().value!);
  }
}
