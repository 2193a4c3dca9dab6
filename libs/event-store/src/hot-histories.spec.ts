import fc from 'fast-check';
import { Refusal } from '#domain';
import { openDatabase } from '../../../test/support/database.js';
import { shared } from '../../../test/support/hooks.js';
import { HotHistories } from './hot-histories.js';
import { EventStore, type RecordedEvent } from './index.js';
import { created, metadata } from './testing.js';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

type Step = { store: 0 | 1; asks: 'open' | 'close' | 'enter' | 'add' }[];

describe('the cached histories of a process', () => {
  const db = shared(openDatabase);
  let stores: EventStore[];
  let stream: string;
  let run = 0;

  beforeEach(() => {
    stream = `attempts-7-${++run}`;
    const asStored = { upcasters: null };
    stores = [new EventStore(db.pool, undefined, asStored), new EventStore(db.pool, undefined, asStored)];
  });

  const isOpen = (history: readonly RecordedEvent[]) =>
    history.findLast(({ type }) => type === 'open' || type === 'close')?.type === 'open';

  /** A door: to open it twice changes nothing, and nobody can enter while it is closed. */
  const ask = (store: EventStore, asks: Step[number]['asks']) =>
    store.transact<boolean>({ streams: [stream], metadata }, (historyOf) => {
      const history = historyOf(stream);
      const wasOpen = isOpen(history);
      if (asks === 'enter' && !wasOpen) throw new Refusal('closed', 'The door is closed.');
      const isNothing = asks === (wasOpen ? 'open' : 'close');
      const events = isNothing ? [] : [{ type: asks, data: { after: history.length } }];
      return { appends: [{ stream, events }], answer: wasOpen };
    });

  const answerOf = (store: EventStore, asks: Step[number]['asks']) =>
    ask(store, asks).then(
      ({ answer }) => answer,
      (error) => (error instanceof Refusal ? false : Promise.reject(error)),
    );

  const step = fc.array(
    fc.record({
      store: fc.constantFrom(0 as const, 1 as const),
      asks: fc.constantFrom('open' as const, 'close' as const, 'enter' as const, 'add' as const),
    }),
    { minLength: 1, maxLength: 3 },
  );

  it('never lead to a decision on stale state', async () => {
    console.info(`seed ${seed}`);
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 15 }), async (steps: Step[]) => {
      stream = `attempts-7-${++run}`;
      for (const atOnce of steps) {
        const before = isOpen(await stores[0].read(stream));
        const answers = await Promise.all(atOnce.map(({ store, asks }) => answerOf(stores[store], asks)));
        // A single command is decided on the log as it was; concurrent ones on any state in between.
        if (atOnce.length === 1) expect(answers).toEqual([before]);
      }
      const log = await stores[0].read(stream);
      expect(log.map(({ data }) => (data as { after: number }).after)).toEqual(log.map((_, index) => index));
      for (const [index, { type }] of log.entries()) {
        const wasOpen = isOpen(log.slice(0, index));
        if (type !== 'add') expect({ type, wasOpen }).toEqual({ type, wasOpen: type !== 'open' });
      }
      expect(await stores[0].verify(stream)).toBeUndefined();
      for (const store of stores) expect((await store.latest([stream])).get(stream)).toEqual(log);
    });
    await fc.assert(property, { seed, numRuns: 15 });
  });

  it('are dropped when the outcome of an append is unknown', async () => {
    const [store] = stores;
    await ask(store, 'open');
    await db.owner.query(`create function lose() returns trigger language plpgsql as $$ begin
      perform pg_terminate_backend(pg_backend_pid()); return new; end $$`);
    await db.owner.query('create trigger lost before update on streams for each row execute function lose()');
    await expect(ask(store, 'close')).rejects.toThrow();
    await db.owner.query('drop trigger lost on streams');
    await ask(stores[1], 'close');
    expect(await answerOf(store, 'enter')).toBe(false);
  });

  it('are read again after the log was set back', async () => {
    const [store, other] = stores;
    for (const asks of ['open', 'add', 'close'] as const) await ask(store, asks);
    await db.owner.query('alter table events disable trigger all');
    for (const { rows } of [
      await db.owner.query(`select tgrelid::regclass as partition from pg_trigger where tgname = 'append_only'`),
    ])
      for (const { partition } of rows) await db.owner.query(`alter table ${partition} disable trigger append_only`);
    await db.owner.query('delete from events where stream = $1 and version > 1', [stream]);
    await db.owner.query(
      'update streams set version = 1, head_hash = (select hash from events where stream = $1) where id = $1',
      [stream],
    );
    expect(await answerOf(store, 'enter')).toBe(true);
    expect((await store.latest([stream])).get(stream)).toEqual(await other.read(stream));
  });

  it('are bounded: those that were used last stay', async () => {
    const reads: string[] = [];
    const event = (name: string, version: number) =>
      ({ ...created, stream: name, version, hash: `${version}` }) as RecordedEvent;
    const hot = new HotHistories(async (versions) => {
      reads.push(...[...versions].map(([name, version]) => `${name} from ${version}`));
      return [...versions].flatMap(([name, version]) =>
        [1, 2].slice(Math.max(version - 1, 0)).map((n) => event(name, n)),
      );
    }, 4);
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) expect((await hot.latest([name])).get(name)).toHaveLength(2);
    expect(reads).toEqual(['a from 0', 'b from 0', 'a from 2', 'c from 0', 'a from 2', 'b from 0']);
  });
});
