import { ExamDay, name } from '../../../test/support/exam-day.js';
import { fresh } from '../../../test/support/hooks.js';
import { AppendNotifier, type RecordedEvent, replay } from './index.js';
import { created, until } from './testing.js';

describe('a subscription', () => {
  const day = fresh(() => ExamDay.open());

  it('delivers the events from before its start and the later ones', async () => {
    await day.sit('ada');
    day.subscribe();
    await day.has('ada:3');
    await day.sit('bob');
    await day.has('bob:3');
    expect(day.delivered).toEqual(['ada:1', 'ada:2', 'ada:3', 'bob:1', 'bob:2', 'bob:3']);
  });

  it('may begin at its first run, and then misses no event', async () => {
    await day.sit('ada');
    // A transaction of another test on the same server may hold the visibility horizon back.
    const invisible = 'select from events where transaction_id >= pg_snapshot_xmin(pg_current_snapshot())';
    await until('her events are visible', async () => (await day.db.owner.query(invisible)).rowCount === 0);
    const kept = () => day.db.owner.query("select from checkpoints where name = 'mail'");
    const stop = day.subscribe({ startsNow: true });
    await until('it has its first checkpoint', async () => (await kept()).rowCount === 1);
    await stop();
    await day.sit('bob');
    day.subscribe({ startsNow: true });
    await day.has('bob:3');
    expect(day.delivered).toEqual(['bob:1', 'bob:2', 'bob:3']);
  });

  it('resumes from its checkpoint', async () => {
    await day.sit('ada');
    const stop = day.subscribe({ batch: 2 });
    await day.has('ada:3');
    await stop();
    await day.sit('bob', [created]);
    day.subscribe();
    await day.has('bob:1');
    expect(day.delivered).toEqual(['ada:1', 'ada:2', 'ada:3', 'bob:1']);
  });

  it('waits for transactions that started earlier and are still open', async () => {
    const slow = await day.db.owner.connect();
    await slow.query(`begin; insert into checkpoints values ('somebody', '0', 0)`);
    await day.sit('ada', [created]);
    day.subscribe();
    const { rows } = await day.db.owner.query('select oldest_transaction_age() as age');
    expect(rows[0].age).toBeGreaterThan(0);
    await until(
      'the subscription has the lease',
      async () => (await day.db.owner.query('select from leases')).rowCount! > 0,
    );
    expect(day.delivered).toEqual([]);
    await slow.query('commit');
    slow.release();
    await day.has('ada:1');
  });

  it('retries a failed delivery after longer and longer waits', async () => {
    await day.sit('ada');
    const times: number[] = [];
    const errors: unknown[] = [];
    day.subscribe({
      async handle(events) {
        times.push(Date.now());
        if (times.length < 4) throw new Error('The mail server is down');
        await day.deliver(events);
      },
      onError: (error, attempt) => errors.push(`${(error as Error).message} ${attempt}`),
    });
    await day.has('ada:3');
    expect(day.delivered).toEqual(['ada:1', 'ada:2', 'ada:3']);
    expect(errors).toEqual([1, 2, 3].map((attempt) => `The mail server is down ${attempt}`));
    [50, 100, 200].map((least, attempt) =>
      expect(times[attempt + 1] - times[attempt]).toBeGreaterThanOrEqual(least - 1),
    );
  });

  it('ends at once, even while it waits before a retry', async () => {
    await day.sit('ada');
    let attempts = 0;
    const stop = day.subscribe({
      async handle() {
        attempts++;
        throw new Error('down');
      },
    });
    await until('the next retry is 1.6 to 3.2 seconds away', () => attempts === 6);
    const before = Date.now();
    await stop();
    expect(Date.now() - before).toBeLessThan(1600);
    day.subscribe();
    await day.has('ada:3');
  });

  it('leads alone, and another takes over when its connection dies', async () => {
    const seen: string[] = [];
    const leader = (who: string) => ({
      handle: async (events: RecordedEvent[]) => void seen.push(...events.map((event) => `${who} ${name(event)}`)),
      pollMs: 1,
    });
    day.subscribe(leader('first'));
    await day.sit('ada', [created]);
    await until('the first leads', () => seen.length === 1);
    day.subscribe(leader('second'));
    day.subscribe(leader('third'));
    await day.sit('bob', [created]);
    await until('bob is delivered', () => seen.length === 2);
    expect(seen).toEqual(['first ada:1', 'first bob:1']);

    // The leader is the only one that reads the log.
    const leaders = `select pid from pg_stat_activity where datname = current_database() and query like '%from events e where%'
      and pid <> pg_backend_pid()`;
    const kill = `select pg_terminate_backend(pid) from (${leaders}) leader`;
    await until('its connection is ended', async () => (await day.db.owner.query(kill)).rowCount === 1);
    await day.sit('cyd', [created]);
    await until('cyd is delivered', () => seen.length === 3);
    expect(seen[2]).toMatch(/cyd:1$/);
  });

  it('is woken by a notification, however long its poll interval is', async () => {
    const notifier = new AppendNotifier(day.db.pool);
    day.subscribe({ wakesOnAppend: true, pollMs: 3_600_000 });
    for (const learner of ['ada', 'bob']) {
      await day.sit(learner, [created]);
      // Several times: transactions of other databases may hold the event back at first.
      await until(`${learner} is delivered`, async () => {
        await Promise.all([notifier.notify(), notifier.notify()]);
        return day.delivered.includes(`${learner}:1`);
      });
    }
  });

  it('goes on after the database was unreachable for a while', async () => {
    await day.sit('ada', [created]);
    const lines: string[] = [];
    day.subscribe({ onLead: (line) => lines.push(line) });
    await day.has('ada:1');
    const { rows } = await day.db.owner.query('select current_database() as name');
    await day.db.owner.query(`alter database ${rows[0].name} allow_connections false`).catch(() => {});
    await day.db.owner.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [rows[0].name],
    );
    await until('it has lost the lead', () => lines.some((line) => line.includes('No longer leads')));
    await day.db.owner.query(`alter database ${rows[0].name} allow_connections true`).catch(() => {});
    await day.sit('bob', [created]);
    await day.has('bob:1');
    expect(day.delivered).toEqual(['ada:1', 'bob:1']);
  });

  it('shares its log with replays, which may start after any position', async () => {
    const [first, ...later] = await day.sit('ada');
    const replayed: RecordedEvent[] = [];
    for await (const events of replay(day.db.pool, { after: first, batch: 1 })) replayed.push(...events);
    expect(replayed).toEqual(later);
    for await (const events of replay(day.db.pool)) {
      expect(events).toHaveLength(3);
      break; // a replay that ends early gives its connection back
    }
    expect(await day.sit('bob')).toHaveLength(3);
  });
});
