import fc from 'fast-check';
import { Database as Pool } from '#connections';
import { EventStore, type RecordedEvent, start } from '#event-store';
import { openDatabase } from '../../../test/support/database.js';
import { shared } from '../../../test/support/hooks.js';
import { changesIn, logOf, stories } from './messages.examples.js';
import { StreamStates } from './stream-states.js';
import type { Change } from './topic.js';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

describe('changes of attempts', () => {
  const db = shared(openDatabase);
  let store: EventStore;
  let log: RecordedEvent[];
  /** By the event's id. */
  let expected: Map<string, Change>;

  beforeAll(async () => {
    store = new EventStore(db.pool);
    log = [];
    for (const [index, story] of Object.values(stories).entries())
      for (const { type, data, metadata } of logOf(story)) {
        const stream = `attempts-7-${index}`;
        const history = await store.read(stream);
        log.push(
          ...(await store.append([
            { stream, after: history.at(-1) ?? start, events: [{ type, data } as any], metadata },
          ])),
        );
      }
    const histories = await store.readMany([...new Set(log.map(({ stream }) => stream))]);
    expected = new Map([...histories.values()].flatMap(changesIn).map((change) => [change.event.id, change]));
  });

  it('are the same for any batches: with gaps, repetitions and other events in between', async () => {
    console.info(`seed ${seed}`);
    const batch = fc.record({
      from: fc.nat(log.length - 1),
      size: fc.integer({ min: 1, max: 40 }),
      without: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 20 }), async (batches) => {
        const streams = new StreamStates(store);
        for (const { from, size, without } of batches) {
          const events = log.slice(from, from + size).filter((_, index) => without === 0 || index % 6 !== without);
          const changes = await streams.changesOf(events);
          for (const { id } of events) expect(changes.get(id)).toEqual(expected.get(id));
        }
      }),
      { seed, numRuns: 50, endOnFailure: true },
    );
  });

  it('need no query when the events before were handled', async () => {
    const streams = new StreamStates(store);
    for (const event of log) await streams.changesOf([event]);
    const gone = new Pool({ connectionString: db.url });
    await gone.end();
    const offline = new StreamStates(new EventStore(gone));
    for (const event of log) expect(await offline.changesOf([event])).toEqual(await streams.changesOf([event]));
    await expect(offline.changesOf([log.find(({ version }) => version === 2)!])).rejects.toThrow('after calling end');
  });
});
