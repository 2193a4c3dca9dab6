import { ExamDay } from '../../../test/support/exam-day.js';
import { fresh } from '../../../test/support/hooks.js';
import { deadLetters, EventStore, leaders, type RecordedEvent, start, UnknownEvent, type Upcasters } from './index.js';
import { created, metadata, started, submitted, until } from './testing.js';

const day = fresh(() => ExamDay.open());

const old: Upcasters = { AttemptCreated: {}, AttemptStarted: {}, AttemptSubmitted: {} };
const newer: Upcasters = { ...old, AttemptStarted: { 1: (data) => data }, AttemptMoved: {} };
const newerStore = () => new EventStore(day.db.pool, undefined, { upcasters: newer });
const moved = { type: 'AttemptMoved', data: { attemptId: 1 } };

describe.each([
  ['of an unknown type', moved],
  ['of an unknown schema version', started],
])('an event %s', (_, event) => {
  it('stops an old worker, which reports it once; a newer worker delivers it', async () => {
    const errors: string[] = [];
    const lines: string[] = [];
    day.subscribe({
      upcasters: old,
      standBackMs: 50,
      onError: (error) => errors.push((error as Error).message),
      onLead: (line) => lines.push(line),
    });
    await newerStore().append([{ stream: 'ada', after: start, events: [created, event, submitted], metadata }]);
    await day.sit('bob', [created]);
    await until('it took and released the lead again', () => lines.length >= 6);
    expect(day.delivered).toEqual(['ada:1']);
    expect(errors).toEqual([
      expect.stringMatching(
        new RegExp(`^Event [-0-9a-f]{36} \\(${event.type}, schema version \\d\\) was written by a newer version`),
      ),
    ]);
    expect((await leaders(day.db.pool))[0]).toMatchObject({ task: 'mail', stopped: errors[0] });

    day.subscribe({ upcasters: newer });
    await day.has('ada:2', 'ada:3', 'bob:1');
    expect(day.delivered).toEqual(['ada:1', 'ada:2', 'ada:3', 'bob:1']);
    await until(
      'the subscription no longer counts as stopped',
      async () => (await leaders(day.db.pool))[0].stopped === null,
    );
  });

  it('is refused by old code, which makes no decision without it', async () => {
    await newerStore().append([{ stream: 'ada', after: start, events: [created, event], metadata }]);
    const store = new EventStore(day.db.pool, undefined, { upcasters: old });
    await expect(store.read('ada')).rejects.toThrow(UnknownEvent);
    const decide = () => {
      throw new Error('It decided.');
    };
    await expect(store.transact({ streams: ['ada'], metadata }, decide)).rejects.toThrow(UnknownEvent);
    expect(await newerStore().read('ada')).toHaveLength(2);
  });
});

it('an event that cannot be upcast becomes a dead letter; other learners are delivered, and dead letters can be listed', async () => {
  await day.sit('ada');
  await day.sit('eve');
  const upcasters: Upcasters = {
    ...old,
    AttemptStarted: {
      1: () => {
        throw new Error('minutes are missing');
      },
    },
  };
  const store = new EventStore(day.db.pool, undefined, { upcasters });
  await day.sit('zoe', [created]);
  day.subscribe({ upcasters });
  await day.has('zoe:1');
  expect(day.delivered).toEqual(['ada:1', 'eve:1', 'zoe:1']);
  const letters = await deadLetters(day.db.pool, 'mail');
  const waits = 'waits for an earlier event of the same learner';
  expect(letters.map(({ event, reason }) => `${event.stream}:${event.version} ${reason}`).sort()).toEqual([
    expect.stringMatching(/^ada:2 cannot be upcast: Error in unknown-events.spec.ts:\d+$/),
    `ada:3 ${waits}`,
    expect.stringMatching(/^eve:2 cannot be upcast: Error in unknown-events.spec.ts:\d+$/),
    `eve:3 ${waits}`,
  ]);
  await expect(store.read('ada')).rejects.toThrow('minutes are missing');
});

it('an event without an ordering key holds up its own stream alone', async () => {
  await day.sit('ada', [created]);
  await day.sit('eve');
  const orderingKeyOf = ({ stream }: RecordedEvent) => {
    if (stream === 'eve') throw new TypeError('no learner');
    return stream;
  };
  day.subscribe({ orderingKeyOf });
  await day.has('ada:1', 'eve:3');
});
