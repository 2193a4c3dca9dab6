import { ExamDay } from '../../../test/support/exam-day.js';
import { fresh } from '../../../test/support/hooks.js';
import { countFailure, recordStop, saveCheckpoint } from './checkpoint.js';
import { deadLetter, deadLetterWaiting } from './dead-letters.js';
import {
  Lease,
  LeaseLost,
  positionOf,
  type RecordedEvent,
  retryDeadLetters,
  Undeliverable,
  untilLeader,
  whileLeading,
} from './index.js';
import { created, until } from './testing.js';

const day = fresh(() => ExamDay.open());

const take = (leaseMs = 10_000, lines: string[] = []) =>
  Lease.take(day.db.pool, 'mail', { leaseMs, onLead: (line) => lines.push(line) });
const never = new AbortController().signal;
/** Blocks this process, as when it is frozen: timers fire late. */
const freeze = (ms: number) => {
  for (const end = performance.now() + ms; performance.now() < end; );
};

it('one process leads at a time, and renews its lease', async () => {
  const lease = (await take(1500))!;
  for (const end = performance.now() + 2000; performance.now() < end; ) {
    expect(await take(1500)).toBeUndefined();
    lease.check();
  }
  await lease.release();
});

it('a released lease is free at once; taking and releasing it are one log line each', async () => {
  const lines: string[] = [];
  const lease = (await take(3_600_000, lines))!;
  await lease.release();
  expect(lease.signal.aborted).toBe(true);
  expect(() => lease.check()).toThrow(LeaseLost);
  const next = (await take())!;
  expect(next.name).toBe('mail');
  await next.release();
  expect(lines).toEqual([
    expect.stringMatching(/^Took the lead of "mail" \(epoch \d+, .+:\d+\)\.$/),
    expect.stringMatching(/^No longer leads "mail" \(epoch \d+, .+\): it was given up\.$/),
  ]);
});

it('a leader that was frozen notices at once that its lease is over, before any timer fires', async () => {
  const lease = (await take(100))!;
  freeze(150);
  expect(lease.signal.aborted).toBe(false);
  expect(() => lease.check()).toThrow(LeaseLost);
  expect(lease.signal.aborted).toBe(true);
});

it('a leader that cannot reach the database loses the lead in time, and another takes it', async () => {
  const isAway = { query: () => new Promise(() => {}) };
  let answers = true;
  const db = { query: (...args: any[]) => ((answers ? day.db.pool : isAway) as any).query(...args) };
  const lease = (await Lease.take(db, 'mail', { leaseMs: 300 }))!;
  answers = false;
  const next = await untilLeader(day.db.pool, 'mail', { pollMs: 10, leaseMs: 300 }, never);
  expect(lease.signal.aborted).toBe(true); // before the other could begin
  expect(Number(next!.epoch)).toBeGreaterThan(Number(lease.epoch));
  await next!.release();
});

it('the database refuses writes of a former leader: checkpoint, failures, dead letters', async () => {
  const [event, second] = await day.sit('ada');
  const orderingKeyOf = ({ stream }: RecordedEvent) => stream;
  const former = (await take(100))!;
  const client = await day.db.pool.connect();
  await deadLetter(client, 'mail', [event], orderingKeyOf, 'no address', former);
  await saveCheckpoint(client, 'mail', positionOf(event), former);
  freeze(150);
  const lease = (await untilLeader(day.db.pool, 'mail', { pollMs: 10 }, never))!;
  const state = async () =>
    (
      await day.db.owner.query(
        'select c.*, (select json_agg(d) from dead_letters d) as letters from checkpoints c order by name',
      )
    ).rows;
  const before = await state();
  for (const write of [
    () => saveCheckpoint(client, 'mail', positionOf(second), former),
    () => countFailure(client, 'mail', 'an outage', former),
    () => recordStop(client, 'mail', 'an event', former),
    () => deadLetter(client, 'mail', [second], orderingKeyOf, 'no address', former),
    () => deadLetterWaiting(client, 'mail', [second], orderingKeyOf, former),
  ])
    await expect(write()).rejects.toMatchObject({ code: 'LE409' });
  expect(await state()).toEqual(before);
  await saveCheckpoint(client, 'mail', positionOf(second), lease);
  client.release();
  await lease.release();
});

it('a takeover waits for the end of a write that has begun', async () => {
  const former = (await take(100))!;
  const client = await day.db.pool.connect();
  await client.query('begin');
  await saveCheckpoint(client, 'mail', { generation: 1, xid: '5', position: '5' }, former);
  freeze(150);
  const taking = untilLeader(day.db.pool, 'mail', { pollMs: 10 }, never);
  await until('the takeover waits', async () => {
    const waiting = "select from pg_stat_activity where wait_event_type = 'Lock' and query like 'insert into leases%'";
    return (await day.db.owner.query(waiting)).rowCount === 1;
  });
  await client.query('commit');
  client.release();
  await (await taking)!.release();
});

it('a subscription that was frozen while it delivered stops before the next event, and another goes on', async () => {
  await day.sit('ada');
  const sent: string[] = [];
  let freezes = true;
  const handle = (who: string) => async (events: RecordedEvent[], _signal: AbortSignal, lease: Lease) => {
    for (const event of events) {
      lease.check();
      sent.push(`${who} ${event.version}`);
      if (freezes) freeze(400);
      freezes = false;
      // After the freeze the database's answer is handled before the late timers.
      await day.db.pool.query('select');
    }
  };
  day.subscribe({ handle: handle('first'), leaseMs: 300 });
  await until('the first is frozen and thawed', () => sent.length > 0);
  day.subscribe({ handle: handle('second'), leaseMs: 300 });
  await until('the rest is delivered', () => sent.some((each) => each.endsWith(' 3')));
  expect(sent.filter((each) => each.endsWith(' 1')).length).toBeLessThanOrEqual(2); // it was already being sent
  expect(sent.slice(-2).map((each) => each.split(' ')[1])).toEqual(['2', '3']);
  expect(sent.filter((each) => / [23]$/.test(each))).toHaveLength(2);
});

it('a learner’s dead letters are retried once at a time; a frozen retry is replaced and its writes are refused', async () => {
  await day.sit('eve', [created]);
  const refuse = async ([event]: RecordedEvent[]) => {
    throw new Undeliverable(event, 'no such address');
  };
  day.subscribe({ handle: refuse });
  const letters = async () => (await day.db.owner.query('select reason from dead_letters')).rows;
  await until('eve has a dead letter', async () => (await letters()).length === 1);
  let thaw = () => {};
  const frozen = new Promise<void>((resolve) => {
    thaw = resolve;
  });
  const first = retryDeadLetters(
    day.db.pool,
    'mail',
    'eve',
    async ([event]) => {
      freeze(150);
      await frozen;
      throw new Undeliverable(event, 'an answer that comes too late');
    },
    { leaseMs: 100 },
  ).catch((error) => error);
  await until('another may retry', async () =>
    retryDeadLetters(day.db.pool, 'mail', 'eve', refuse).then(
      () => false,
      ({ message }) => message.includes('no such address'),
    ),
  );
  let begun = false;
  const second = retryDeadLetters(day.db.pool, 'mail', 'eve', () => {
    begun = true;
    return frozen;
  });
  await until('the second retry delivers', () => begun);
  await expect(retryDeadLetters(day.db.pool, 'mail', 'eve', day.deliver)).rejects.toThrow('being retried already');
  thaw();
  expect(await first).toMatchObject({ code: 'LE409' });
  expect(await second).toBe(1);
});

it('a task runs in one process at a time, and in another when the first ends', async () => {
  const ran: string[] = [];
  const run = (who: string) => {
    const end = new AbortController();
    const work = async (signal: AbortSignal) => {
      ran.push(who);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ran.push(`${who} ends`);
    };
    const running = whileLeading(day.db.pool, 'deadlines', end.signal, work, { pollMs: 10 });
    return () => {
      end.abort();
      return running;
    };
  };
  const stopFirst = run('first');
  await until('the first leads', () => ran.length === 1);
  const stopSecond = run('second');
  await stopFirst();
  await until('the second leads', () => ran.length === 3);
  await stopSecond();
  expect(ran).toEqual(['first', 'first ends', 'second', 'second ends']);
});
