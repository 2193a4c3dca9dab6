import { EventStore, type RecordedEvent, Subscription, type SubscriptionOptions, start } from '#event-store';
import { created, metadata, started, submitted, until } from '../../libs/event-store/src/testing.js';
import { openDatabase, type TestDatabase } from './database.js';

/** A log to which learners write. Subscriptions named "mail" deliver its events as "learner:version". */
export class ExamDay {
  readonly store: EventStore;
  readonly delivered: string[] = [];
  private readonly ends: (() => Promise<void>)[] = [];

  private constructor(readonly db: TestDatabase) {
    this.store = new EventStore(db.pool);
  }

  static async open() {
    return new ExamDay(await openDatabase());
  }

  async close() {
    await Promise.all(this.ends.map((end) => end()));
    await this.db.close();
  }

  sit = (learner: string, events = [created, started, submitted]) =>
    this.store.append([{ stream: learner, after: start, events, metadata }]);

  deliver = async (events: RecordedEvent[]) => void this.delivered.push(...events.map(name));

  /** Starts a subscription and answers the function that stops it. */
  subscribe(options: Partial<SubscriptionOptions> = {}) {
    const end = new AbortController();
    const handle = this.deliver;
    const running = new Subscription(this.db.pool, { name: 'mail', handle, pollMs: 5, ...options }).run(end.signal);
    const stop = () => {
      end.abort();
      return running;
    };
    this.ends.push(stop);
    return stop;
  }

  has = (...names: string[]) =>
    until(`${names} are delivered`, () => names.every((each) => this.delivered.includes(each)));
}

export const name = (event: RecordedEvent) => `${event.stream}:${event.version}`;
