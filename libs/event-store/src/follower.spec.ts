import { type Database, openDatabase } from '../../../test/database.js';
import {
  deadLetters,
  EventStore,
  Follower,
  type FollowerOptions,
  replay,
  retryDeadLetters,
  type Stored,
  skipDeadLetter,
  start,
  Undeliverable,
} from './index.js';
import { created, metadata, started, submitted, until } from './testing.js';

describe('a follower', () => {
  let db: Database;
  let store: EventStore;
  let delivered: string[];
  let ends: (() => Promise<void>)[];

  beforeEach(async () => {
    db = await openDatabase();
    store = new EventStore(db.pool);
    delivered = [];
    ends = [];
  });
  afterEach(async () => {
    await Promise.all(ends.map((end) => end()));
    await db.close();
  });

  const sit = (learner: string, events = [created, started, submitted]) =>
    store.append([{ stream: learner, after: start, events, metadata }]);
  const name = (event: Stored) => `${event.stream}:${event.version}`;
  const deliver = async (events: Stored[]) => void delivered.push(...events.map(name));

  function follow(options: Partial<FollowerOptions> = {}) {
    const end = new AbortController();
    const running = new Follower(db.pool, { name: 'mail', handle: deliver, pollMs: 5, ...options }).run(end.signal);
    const stop = () => {
      end.abort();
      return running;
    };
    ends.push(stop);
    return stop;
  }
  const has = (...names: string[]) =>
    until(`${names} are delivered`, () => names.every((each) => delivered.includes(each)));

  it('delivers what happened before it started and what happens later', async () => {
    await sit('ada');
    follow();
    await has('ada:3');
    await sit('bob');
    await has('bob:3');
    expect(delivered).toEqual(['ada:1', 'ada:2', 'ada:3', 'bob:1', 'bob:2', 'bob:3']);
  });

  it('goes on where it ended', async () => {
    await sit('ada');
    const stop = follow({ batch: 2 });
    await has('ada:3');
    await stop();
    await sit('bob', [created]);
    follow();
    await has('bob:1');
    expect(delivered).toEqual(['ada:1', 'ada:2', 'ada:3', 'bob:1']);
  });

  it('waits for whoever started earlier and has not ended', async () => {
    const slow = await db.owner.connect();
    await slow.query(`begin; insert into checkpoints values ('somebody', '0', 0)`);
    await sit('ada', [created]);
    follow();
    const { rows } = await db.owner.query('select oldest_transaction_age() as age');
    expect(rows[0].age).toBeGreaterThan(0);
    await until(
      'the follower looks',
      async () => (await db.owner.query(`select from pg_locks where locktype = 'advisory'`)).rowCount! > 0,
    );
    expect(delivered).toEqual([]);
    await slow.query('commit');
    slow.release();
    await has('ada:1');
  });

  it('tries again, later and later, what cannot be delivered now', async () => {
    await sit('ada');
    const times: number[] = [];
    const errors: unknown[] = [];
    follow({
      async handle(events) {
        times.push(Date.now());
        if (times.length < 4) throw new Error('The mail server is down');
        await deliver(events);
      },
      onError: (error, attempt) => errors.push(`${(error as Error).message} ${attempt}`),
    });
    await has('ada:3');
    expect(delivered).toEqual(['ada:1', 'ada:2', 'ada:3']);
    expect(errors).toEqual([1, 2, 3].map((attempt) => `The mail server is down ${attempt}`));
    [50, 100, 200].map((least, attempt) =>
      expect(times[attempt + 1] - times[attempt]).toBeGreaterThanOrEqual(least - 1),
    );
  });

  it('ends at once, also while it waits to try again', async () => {
    await sit('ada');
    let attempts = 0;
    const stop = follow({
      async handle() {
        attempts++;
        throw new Error('down');
      },
    });
    await until('it waits for longer than this test may take', () => attempts === 4);
    const before = Date.now();
    await stop();
    expect(Date.now() - before).toBeLessThan(400);
    follow();
    await has('ada:3');
  });

  describe('with an event that can never be delivered', () => {
    const handle = async (events: Stored[]) => {
      for (const event of events) {
        if (event.stream === 'eve' && event.version === 2) throw new Undeliverable(event, 'no such address');
        if (!delivered.includes(name(event))) await deliver([event]);
      }
    };
    const letters = async () =>
      (await deadLetters(db.pool, 'mail')).map(({ event, reason }) => `${name(event)} ${reason}`);
    const waits = 'waits for an earlier event of the same learner';

    it.each([1, 2, 500])(
      'parks it and what its learner does next, and serves all others (%d at once)',
      async (batch) => {
        await sit('ada');
        const history = await sit('eve');
        await sit('bob');
        follow({ handle, batch });
        await has('bob:3');
        expect(delivered).toEqual(['ada:1', 'ada:2', 'ada:3', 'eve:1', 'bob:1', 'bob:2', 'bob:3']);
        expect(await letters()).toEqual(['eve:2 no such address', `eve:3 ${waits}`]);

        await store.append([{ stream: 'eve', after: history[2], events: [created], metadata }]);
        await sit('zoe', [created]);
        await has('zoe:1');
        expect(await letters()).toContain(`eve:4 ${waits}`);
        expect(delivered).not.toContain('eve:4');
      },
    );

    it('delivers it in order when it is tried again, and the learner is served as before', async () => {
      const history = await sit('eve');
      follow({ handle });
      await until('eve is parked', async () => (await letters()).length === 2);
      await expect(retryDeadLetters(db.pool, 'mail', 'eve', handle)).rejects.toThrow('no such address');
      expect(await letters()).toHaveLength(2);
      expect(await retryDeadLetters(db.pool, 'mail', 'eve', deliver)).toBe(2);
      expect(await letters()).toEqual([]);
      await store.append([{ stream: 'eve', after: history[2], events: [created], metadata }]);
      await has('eve:4');
      expect(delivered).toEqual(['eve:1', 'eve:2', 'eve:3', 'eve:4']);
    });

    it('goes on without it when it is given up', async () => {
      const [, second] = await sit('eve');
      follow({ handle });
      await until('eve is parked', async () => (await letters()).length === 2);
      expect(await skipDeadLetter(db.pool, 'mail', second.id)).toBe(true);
      expect(await skipDeadLetter(db.pool, 'mail', second.id)).toBe(false);
      expect(await retryDeadLetters(db.pool, 'mail', 'eve', deliver)).toBe(1);
      expect(delivered).toEqual(['eve:1', 'eve:3']);
    });

    it('keeps the order while events come in and letters are tried again', async () => {
      let last = await sit('eve');
      follow({ handle, batch: 3 });
      await until('eve is parked', async () => (await letters()).length > 0);
      const busy = (async () => {
        for (let n = 0; n < 60; n++)
          last = await store.append([{ stream: 'eve', after: last.at(-1)!, events: [created], metadata }]);
      })();
      while (!delivered.includes('eve:63')) await retryDeadLetters(db.pool, 'mail', 'eve', deliver);
      await busy;
      expect(delivered).toEqual(Array.from({ length: 63 }, (_, index) => `eve:${index + 1}`));
      expect(await letters()).toEqual([]);
    });
  });

  it('leads alone, and another takes over when its connection dies', async () => {
    const seen: string[] = [];
    const leader = (who: string) => ({
      handle: async (events: Stored[]) => void seen.push(...events.map((event) => `${who} ${name(event)}`)),
      pollMs: 1,
    });
    follow(leader('first'));
    await sit('ada', [created]);
    await until('the first leads', () => seen.length === 1);
    follow(leader('second'));
    follow(leader('third'));
    await sit('bob', [created]);
    await until('bob is served', () => seen.length === 2);
    expect(seen).toEqual(['first ada:1', 'first bob:1']);

    const lock = `select pid from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`;
    const killed = await db.owner.query(`select pg_terminate_backend(pid) from (${lock}) leader`);
    expect(killed.rowCount).toBe(1);
    await sit('cyd', [created]);
    await until('cyd is served', () => seen.length === 3);
    expect(seen[2]).toMatch(/cyd:1$/);
  });

  it('outlives a database that goes away for a while', async () => {
    await sit('ada', [created]);
    const errors: unknown[] = [];
    follow({ onError: (error) => errors.push(error) });
    await has('ada:1');
    const { rows } = await db.owner.query('select current_database() as name');
    await db.owner.query(`alter database ${rows[0].name} allow_connections false`).catch(() => {});
    await db.owner.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [rows[0].name],
    );
    await until('it fails', () => errors.length > 0);
    await db.owner.query(`alter database ${rows[0].name} allow_connections true`).catch(() => {});
    await sit('bob', [created]);
    await has('bob:1');
    expect(delivered).toEqual(['ada:1', 'bob:1']);
  });

  it('can be asked to show the log after any place', async () => {
    const [first, ...later] = await sit('ada');
    const replayed: Stored[] = [];
    for await (const events of replay(db.pool, { after: first, batch: 1 })) replayed.push(...events);
    expect(replayed).toEqual(later);
    for await (const events of replay(db.pool)) {
      expect(events).toHaveLength(3);
      break; // whoever has seen enough leaves no connection behind
    }
    expect(await sit('bob')).toHaveLength(3);
  });
});
