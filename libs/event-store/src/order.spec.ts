import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { type Database, openDatabase } from '../../../test/database.js';
import { EventStore, Follower, type Head, type Inline, replay, type Stored, start, VersionConflict } from './index.js';
import { created, metadata, until } from './testing.js';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

type Command = {
  learners: number[];
  events: number;
  before: number;
  after: number;
  end: 'commit' | 'rollback' | 'fail';
};

const command: fc.Arbitrary<Command> = fc.record({
  learners: fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 3 }),
  events: fc.integer({ min: 1, max: 7 }),
  before: fc.nat(8),
  after: fc.nat(8),
  end: fc.oneof({ weight: 8, arbitrary: fc.constant('commit' as const) }, fc.constantFrom('rollback', 'fail')),
});

describe('a follower of many learners who act at once', () => {
  let db: Database;
  beforeAll(async () => {
    db = await openDatabase();
  });
  afterAll(() => db.close());

  /** What a writer does: it may dawdle between reading and appending, and within the transaction, and not commit. */
  async function perform({ learners, events, before, after, end }: Command, run: number) {
    const inline: Inline = () => [
      { text: 'select pg_sleep($1)', values: [after / 1000] },
      ...(end === 'commit' ? [] : [{ text: end === 'fail' ? 'select 1 / 0' : 'rollback', values: [] }]),
    ];
    const store = new EventStore(db.pool, inline);
    for (;;) {
      const { rows } = await db.pool.query<Head & { id: string }>({
        name: 'heads',
        text: `select id, version::integer, encode(head_hash, 'hex') as hash from streams where id = any($1)`,
        values: [learners.map((learner) => `attempts-${run}-${learner}`)],
      });
      await pause(before);
      const appends = learners.map((learner) => {
        const stream = `attempts-${run}-${learner}`;
        const head = rows.find(({ id }) => id === stream) ?? start;
        return { stream, after: head, history: [], metadata, events: Array(events).fill(created) };
      });
      try {
        return await store.append(appends);
      } catch (error) {
        if (end !== 'commit') return [];
        if (!(error instanceof VersionConflict)) throw error;
      }
    }
  }

  it('gets every event once, and each learner’s in order', async () => {
    console.info(`seed ${seed}`);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(command, { minLength: 20, maxLength: 20 }), { minLength: 14, maxLength: 14 }),
        async (writers) => {
          run++;
          const delivered: Stored[] = [];
          const end = new AbortController();
          const handle = async (events: Stored[]) => void delivered.push(...events);
          const following = new Follower(db.pool, { name: `run ${run}`, handle, batch: 37, pollMs: 5 }).run(end.signal);
          const answers = await Promise.all(
            writers.map(async (commands) => {
              const appended: Stored[] = [];
              for (const each of commands) {
                const events = await perform(each, run);
                if (each.end === 'commit') appended.push(...events);
              }
              return appended;
            }),
          );

          const log: string[] = (
            await db.owner.query('select id from events order by transaction_id, position')
          ).rows.map(({ id }) => id);
          await until('the follower has seen the whole log', () => delivered.length >= log.length);
          end.abort();
          await following;

          const ids = delivered.map(({ id }) => id);
          expect(ids).toEqual(log);
          expect(new Set(ids).size).toBe(ids.length);
          expect(new Set(ids)).toEqual(new Set([...log, ...answers.flat().map(({ id }) => id)]));
          const versions = new Map<string, number>();
          for (const { stream, version } of delivered) {
            expect(version).toBe((versions.get(stream) ?? 0) + 1);
            versions.set(stream, version);
          }
          for (const stream of versions.keys()) expect(await new EventStore(db.pool).verify(stream)).toBeUndefined();

          const replayed: Stored[] = [];
          for await (const batch of replay(db.pool, { batch: 100 })) replayed.push(...batch);
          expect(replayed).toEqual(delivered);
        },
      ),
      { seed, numRuns: 2, endOnFailure: true },
    );
  });
});
