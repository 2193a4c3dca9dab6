import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { openDatabase } from '../../../test/support/database.js';
import { shared } from '../../../test/support/hooks.js';
import {
  EventStore,
  type Head,
  type InlineProjection,
  type RecordedEvent,
  replay,
  Subscription,
  start,
  VersionConflict,
} from './index.js';
import { metadata, until } from './testing.js';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

type Command = {
  learners: number[];
  events: number;
  before: number;
  after: number;
  end: 'commit' | 'rollback';
  /** Through one store with other commands, which forms batches, or through a store of its own. */
  isShared: boolean;
};

const command: fc.Arbitrary<Command> = fc.record({
  learners: fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 3 }),
  events: fc.integer({ min: 1, max: 7 }),
  before: fc.nat(8),
  after: fc.nat(8),
  end: fc.oneof({ weight: 8, arbitrary: fc.constant('commit' as const) }, fc.constant('rollback' as const)),
  isShared: fc.boolean(),
});

/** Delays the end of the transaction after the append, and may make it fail. */
const delayed: InlineProjection = (_stream, _history, [{ data }]) => [
  { text: 'select pg_sleep($1)', values: [(data as Command).after / 1000] },
  ...((data as Command).end === 'commit' ? [] : [{ text: 'select 1 / 0', values: [] }]),
];

describe('a subscription while many learners act at once', () => {
  const db = shared(openDatabase);
  let sharedStore: EventStore;
  beforeAll(() => {
    sharedStore = new EventStore(db.pool, delayed);
  });

  async function perform(command: Command, run: number): Promise<RecordedEvent[]> {
    const streams = command.learners.map((learner) => `attempts-${run}-${learner}`);
    const store = command.isShared ? sharedStore : new EventStore(db.pool, delayed);
    for (;;) {
      const { rows } = await db.pool.query<Head & { id: string }>({
        name: 'heads',
        text: `select id, version::integer, encode(head_hash, 'hex') as hash from streams where id = any($1)`,
        values: [streams],
      });
      await pause(command.before);
      const events = Array(command.events).fill({ type: 'AttemptStarted', data: command });
      const appends = streams.map((stream) => {
        const after = rows.find(({ id }) => id === stream) ?? start;
        return { stream, after, history: [], metadata, events };
      });
      try {
        return await store.append(appends);
      } catch (error) {
        if (command.end === 'rollback') return [];
        if (!(error instanceof VersionConflict)) throw error;
      }
    }
  }

  /** Answers the ids of the events whose appends succeeded. */
  async function write(writers: Command[][], run: number): Promise<string[]> {
    const recorded: string[] = [];
    const writeInTurn = async (commands: Command[]) => {
      for (const each of commands) {
        const events = await perform(each, run);
        recorded.push(...events.map(({ id }) => id));
      }
    };
    await Promise.all(writers.map(writeInTurn));
    return recorded;
  }

  /** Answers the events that a subscription delivers until it has delivered the whole log. */
  async function subscribe(run: number, writing: Promise<unknown>): Promise<RecordedEvent[]> {
    const delivered: RecordedEvent[] = [];
    const end = new AbortController();
    const handle = async (events: RecordedEvent[]) => void delivered.push(...events);
    const running = new Subscription(db.pool, { name: `run ${run}`, handle, batch: 37, pollMs: 5 }).run(end.signal);
    try {
      await writing;
      const { rows } = await db.owner.query('select count(*)::integer as events from events');
      await until('the subscription has delivered the whole log', () => delivered.length >= rows[0].events);
      return delivered;
    } finally {
      end.abort();
      await running;
    }
  }

  it('delivers every event once, and those of each learner in order', async () => {
    console.info(`seed ${seed}`);
    const fourteen = { minLength: 14, maxLength: 14 };
    const twenty = { minLength: 20, maxLength: 20 };
    let run = 0;
    const property = fc.asyncProperty(fc.array(fc.array(command, twenty), fourteen), async (writers) => {
      run++;
      const writing = write(writers, run);
      const delivered = await subscribe(run, writing);

      const { rows } = await db.owner.query('select id from events order by transaction_id, position');
      const log = rows.map(({ id }) => id);
      expect(delivered.map(({ id }) => id)).toEqual(log);
      expect(new Set(log).size).toBe(log.length);
      const ids = new Set(log);
      expect((await writing).filter((id) => !ids.has(id))).toEqual([]);

      const versions = new Map<string, number>();
      for (const { stream, version } of delivered) {
        expect(version).toBe((versions.get(stream) ?? 0) + 1);
        versions.set(stream, version);
      }
      for (const stream of versions.keys()) expect(await new EventStore(db.pool).verify(stream)).toBeUndefined();

      const replayed: RecordedEvent[] = [];
      for await (const batch of replay(db.pool, { batch: 100 })) replayed.push(...batch);
      expect(replayed).toEqual(delivered);
    });
    await fc.assert(property, { seed, numRuns: 2, endOnFailure: true });
  });
});
