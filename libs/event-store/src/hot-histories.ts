import { byStream, type RecordedEvent } from './recorded-event.js';

/** About 25 MB: an event takes about 1 kB. Most streams have about ten events. */
const maxEvents = 20_000;

/**
 * A cache of the streams that this process used last. A history grows after it was handed out. It may lack events of other
 * processes: an append after its head then fails.
 */
export class HotHistories {
  private readonly histories = new Map<string, RecordedEvent[]>();
  private events = 0;

  /** `readFrom` answers the events of each stream from a version on, in their order. */
  constructor(
    private readonly readFrom: (versions: ReadonlyMap<string, number>) => Promise<RecordedEvent[]>,
    private readonly max = maxEvents,
  ) {}

  /** Undefined unless all streams are cached. */
  cached(streams: readonly string[]): Map<string, RecordedEvent[]> | undefined {
    const found = streams.map((stream) => this.histories.get(stream));
    return found.every((history) => history !== undefined)
      ? new Map(streams.map((stream, index) => [stream, found[index]!]))
      : undefined;
  }

  /** Brings the streams up to date: reads the events after the cached heads. */
  async latest(streams: readonly string[]): Promise<Map<string, RecordedEvent[]>> {
    const before = new Map(streams.map((stream) => [stream, this.histories.get(stream) ?? []]));
    const versions = new Map([...before].map(([stream, history]) => [stream, history.length]));
    const read = byStream(await this.readFrom(versions));
    const stale: string[] = [];
    for (const [stream, history] of before) {
      const [first, ...rest] = read.get(stream) ?? [];
      const version = versions.get(stream)!;
      if (version === 0) this.extend(stream, history, first ? [first, ...rest] : []);
      else if (first && first.hash === history[version - 1]?.hash) this.extend(stream, history, rest);
      else stale.push(stream);
    }
    if (stale.length === 0) return before;
    // The log was set back, and the cache has events that are gone.
    for (const stream of stale) this.drop(stream);
    return new Map([...before, ...(await this.latest(stale))]);
  }

  /** Adds the events that are new. */
  extend(stream: string, history: RecordedEvent[], events: readonly RecordedEvent[]): void {
    this.drop(stream);
    for (const event of events) if (event.version === history.length + 1) history.push(event);
    this.histories.set(stream, history);
    this.events += history.length;
    for (const [oldest] of this.histories) {
      if (this.events <= this.max) break;
      this.drop(oldest);
    }
  }

  drop(stream: string): void {
    this.events -= this.histories.get(stream)?.length ?? 0;
    this.histories.delete(stream);
  }
}

const folds = new WeakMap<readonly RecordedEvent[], Map<object, { length: number; state: unknown }>>();

/** A fold of a history, cached with it: when the history has grown, only the new events are folded. */
export function cachedFold<S>(
  history: readonly RecordedEvent[],
  by: object,
  initial: S,
  extend: (state: S, events: readonly RecordedEvent[]) => S,
): S {
  const kept = folds.get(history) ?? new Map<object, { length: number; state: unknown }>();
  folds.set(history, kept);
  const { length, state } = (kept.get(by) ?? { length: 0, state: initial }) as { length: number; state: S };
  if (length === history.length) return state;
  const next = extend(state, history.slice(length));
  kept.set(by, { length: history.length, state: next });
  return next;
}
