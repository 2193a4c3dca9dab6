import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Database as Pool } from '#connections';
import { openDatabase, type TestDatabase } from '../../../test/support/database.js';
import { Clock, ClockNotSynchronised } from './clock.js';

const start = Date.parse('2031-05-05T10:00:00Z');
const second = 1000;
const minute = 60 * second;

// The test controls only the wall clock and the monotonic clock.
const timers = [
  ...(['nextTick', 'setImmediate', 'clearImmediate', 'queueMicrotask', 'hrtime'] as const),
  ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];

let database: TestDatabase;
let pool: Pool;
let clock: Clock;
let logged: string[];

/** The test controls the clock of this database and the clocks of this process. */
beforeAll(async () => {
  database = await openDatabase();
  const { rows } = await database.owner.query('select current_database() as name');
  await database.owner.query(`
    create table shown (at timestamptz);
    insert into shown values (null);
    grant select on shown to public;
    create function public.clock_timestamp() returns timestamptz language sql volatile as 'select at from shown';
    alter database ${rows[0].name} set search_path = public, pg_catalog`);
  pool = new Pool({ connectionString: database.url, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await database.close();
});

beforeEach(async () => {
  jest.useFakeTimers({ now: start, doNotFake: [...timers] });
  logged = [];
  for (const level of ['log', 'warn'] as const)
    jest.spyOn(Logger.prototype, level).mockImplementation((line) => void logged.push(line));
  clock = new Clock(pool);
  await setDatabaseClock(start);
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** Sets the database's clock, and makes the service read it. */
async function setDatabaseClock(time: number) {
  await database.owner.query('update shown set at = $1', [new Date(time)]);
  await clock.synchronize();
}

/** Moves the time of this process, and of the database, which is `ahead`. The service reads the clock every two seconds. */
async function pass(milliseconds: number, ahead = 0) {
  for (let left = milliseconds; left > 0; left -= 2 * second) {
    jest.advanceTimersByTime(Math.min(left, 2 * second));
    await setDatabaseClock(Date.now() + ahead);
  }
}

const at = (milliseconds: number) => new Date(start + milliseconds).toISOString();

it('there is no time before the first sample', () => {
  expect(() => new Clock(pool).now()).toThrow(ClockNotSynchronised);
});

it('the time is the database’s, extrapolated without another query', async () => {
  await setDatabaseClock(start + 20 * second);
  clock = new Clock(pool);
  await clock.synchronize();
  jest.advanceTimersByTime(1500);
  expect(clock.now()).toBe(at(21_500));
});

it('a jump of the wall clock does not change the time; while the skew is over a minute no attempt is ended', async () => {
  jest.setSystemTime(start + 120 * minute);
  expect(clock.now()).toBe(at(0));
  expect(clock.reasonToEndNoAttempt()).toMatch(/more than a minute apart/);
  expect(clock.state()).toMatchObject({ skewSeconds: 7200, endsNoAttempt: expect.stringContaining('apart') });
  jest.setSystemTime(start);
  expect(clock.reasonToEndNoAttempt()).toBeUndefined();
});

it('a skew over a second is logged once, and its end once', async () => {
  for (const ahead of [500, 2000, 2100, 90 * second, 91 * second, 3000, 0, 100]) {
    jest.setSystemTime(start + ahead);
    await clock.synchronize();
  }
  expect(logged).toEqual([
    "The clock of this process differs from the database's by +2.0 s. Decisions follow the database's.",
    "The clock of this process differs from the database's by +90.0 s. This process ends no attempt.",
    "The clock of this process differs from the database's by +3.0 s. Decisions follow the database's.",
    'The clocks of process and database agree again.',
  ]);
});

it('the time follows a jump of the database’s clock after a stable minute; no attempt is ended before', async () => {
  await setDatabaseClock(start + 30 * second);
  expect(clock.now()).toBe(at(0));
  expect(clock.reasonToEndNoAttempt()).toMatch(/jumped less than a minute ago/);
  await pass(58 * second, 30 * second);
  expect(clock.now()).toBe(at(58 * second));
  expect(clock.reasonToEndNoAttempt()).toBeDefined();
  await pass(2 * second, 30 * second);
  expect(clock.now()).toBe(at(90 * second));
  expect(clock.reasonToEndNoAttempt()).toBeUndefined();
  expect(logged.filter((line) => line.includes('of the database '))).toEqual([
    'The clock of the database jumped by +30.0 s. No attempt is ended for a minute.',
    'The clock of the database has been stable for a minute: attempts are ended again.',
  ]);
});

it('while the clock jumps back and forth no attempt is ended', async () => {
  await setDatabaseClock(start + 2 * 60 * minute);
  await setDatabaseClock(start);
  expect(clock.now()).toBe(at(0));
  for (let each = 1; each < 60; each++) {
    await pass(2 * second, each % 2 === 0 ? 0 : 10 * second);
    expect(clock.reasonToEndNoAttempt()).toBeDefined();
  }
  expect(clock.now()).toBe(at(59 * 2 * second));
});

it('the time follows a clock that is slewed', async () => {
  for (let ahead = 0; ahead < 900; ahead += 20) await pass(2 * second, ahead);
  expect(clock.reasonToEndNoAttempt()).toBeUndefined();
  expect(Date.parse(clock.now()) - Date.now()).toBeGreaterThan(600);
});

it('the time follows at once when the decision time is moved or stopped', async () => {
  await database.moveClock('2 hours');
  await clock.synchronize();
  jest.advanceTimersByTime(second);
  expect(clock.now()).toBe(at(120 * minute + second));
  expect(clock.reasonToEndNoAttempt()).toBeUndefined();
  await database.stopClock('2040-01-01T00:00:00.000Z');
  await clock.synchronize();
  jest.advanceTimersByTime(minute);
  expect(clock.now()).toBe('2040-01-01T00:00:00.000Z');
  await database.moveClock('0');
});
