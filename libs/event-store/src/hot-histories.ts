import { byStream, type RecordedEvent } from './recorded-event.js';

/** About 25 MB: an event takes about a kilobyte. Most streams have about ten. */
const mostEvents = 20_000;

/**
 * The histories of the streams that this process used last, each as far as this process knows it. A history that was
 * handed out grows. It may lack what other processes appended: an append after its head shows that.
 */
export class HotHistories {
  private readonly histories = new Map<string, RecordedEvent[]>();
  private events = 0;

  /** `readFrom` answers the events of each stream from a version on, in their order. */
  constructor(
    private readonly readFrom: (versions: ReadonlyMap<string, number>) => Promise<RecordedEvent[]>,
    private readonly most = mostEvents,
  ) {}

  /** Undefined unless all are known. */
  cached(streams: readonly string[]): Map<string, RecordedEvent[]> | undefined {
    const found = streams.map((stream) => this.histories.get(stream));
    return found.every((history) => history !== undefined)
      ? new Map(streams.map((stream, index) => [stream, found[index]!]))
      : undefined;
  }

  /** As they are now: reads what follows the known heads. */
  async latest(streams: readonly string[]): Promise<Map<string, RecordedEvent[]>> {
    const before = new Map(streams.map((stream) => [stream, this.histories.get(stream) ?? []]));
    const versions = new Map([...before].map(([stream, history]) => [stream, history.length]));
    const read = byStream(await this.readFrom(versions));
    const others: string[] = [];
    for (const [stream, history] of before) {
      const [first, ...rest] = read.get(stream) ?? [];
      const version = versions.get(stream)!;
      if (version === 0) this.extend(stream, history, first ? [first, ...rest] : []);
      else if (first?.hash === history[version - 1].hash) this.extend(stream, history, rest);
      else others.push(stream);
    }
    if (others.length === 0) return before;
    // The log was set back, and this process knew events that are gone.
    for (const stream of others) this.drop(stream);
    return new Map([...before, ...(await this.latest(others))]);
  }

  /** Adds the events that follow, as far as they are new. */
  extend(stream: string, history: RecordedEvent[], events: readonly RecordedEvent[]): void {
    this.drop(stream);
    for (const event of events) if (event.version === history.length + 1) history.push(event);
    this.histories.set(stream, history);
    this.events += history.length;
    for (const [oldest] of this.histories) {
      if (this.events <= this.most) break;
      this.drop(oldest);
    }
  }

  drop(stream: string): void {
    this.events -= this.histories.get(stream)?.length ?? 0;
    this.histories.delete(stream);
  }
}

const folds = new WeakMap<readonly RecordedEvent[], Map<object, { length: number; state: unknown }>>();

/** A fold of a history, which is kept with it: of a history that has grown, only the new events are folded. */
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
