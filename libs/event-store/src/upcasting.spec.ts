import { openDatabase } from '../../../test/support/database.js';
import { shared } from '../../../test/support/hooks.js';
import { EventStore, type RecordedEvent, replay, Subscription, start } from './index.js';
import { created, metadata, until } from './testing.js';

describe('upcasters', () => {
  const db = shared(openDatabase);
  let store: EventStore;
  let learner = 0;
  let stream: string;

  beforeAll(() => {
    store = new EventStore(db.pool);
  });
  beforeEach(() => {
    stream = `attempts-4-${++learner}`;
  });

  const append = (events: object[], after = start) => store.append([{ stream, after, events: events as [], metadata }]);

  const modern = () =>
    new EventStore(db.pool, undefined, {
      upcasters: {
        AttemptCreated: {
          1: ({ allowedMinutes, ...data }) => ({ ...data, allowed: { minutes: allowedMinutes } }),
          2: (data) => ({ ...data, practice: false }),
        },
      },
    });
  const today = { attemptId: 1, allowed: { minutes: 90 }, practice: false };

  it('give old events today’s shape wherever they are read; their hashes stay valid', async () => {
    await append([created]);
    expect(await modern().read(stream)).toMatchObject([{ data: today, schemaVersion: 3 }]);
    expect(await modern().verify(stream)).toBeUndefined();
    await modern().transact({ streams: [stream], metadata }, (historyOf) => {
      expect(historyOf(stream)).toMatchObject([{ data: today }]);
      return { appends: [], answer: 0 };
    });
  });

  it('do not change new events, which have today’s schema version', async () => {
    const [event] = await modern().append([
      { stream, after: start, events: [{ type: 'AttemptCreated', data: today }], metadata },
    ]);
    expect(event.schemaVersion).toBe(3);
    expect(await modern().read(stream)).toEqual([event]);
  });

  it('apply to events that a subscription or a replay reads', async () => {
    await append([created]);
    const upcasters = { AttemptCreated: { 1: () => ({ upcast: true }), 2: (data: object) => data } };
    let replayed: RecordedEvent[] = [];
    // Other suites on this server share its visibility horizon.
    await until('the event is visible', async () => {
      replayed = [];
      for await (const events of replay(db.pool, { upcasters })) replayed.push(...events);
      return replayed.at(-1)?.stream === stream;
    });

    const delivered: RecordedEvent[] = [];
    const end = new AbortController();
    const handle = async (events: RecordedEvent[]) => {
      delivered.push(...events);
      if (delivered.length === replayed.length) end.abort();
    };
    await new Subscription(db.pool, { name: 'mail', handle, upcasters }).run(end.signal);
    expect(delivered).toEqual(replayed);
    expect(delivered.at(-1)).toMatchObject({ stream, data: { upcast: true }, schemaVersion: 3 });
  });
});
