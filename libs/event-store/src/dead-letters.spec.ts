import { ExamDay, name } from '../../../test/support/exam-day.js';
import { fresh } from '../../../test/support/hooks.js';
import { deadLetters, type RecordedEvent, retryDeadLetters, skipDeadLetter, Undeliverable } from './index.js';
import { created, metadata, until } from './testing.js';

describe('a subscription with an event that can never be delivered', () => {
  const day = fresh(() => ExamDay.open());

  const handle = async (events: RecordedEvent[]) => {
    for (const event of events) {
      if (event.stream === 'eve' && event.version === 2) throw new Undeliverable(event, 'no such address');
      if (!day.delivered.includes(name(event))) await day.deliver([event]);
    }
  };
  const letters = async () =>
    (await deadLetters(day.db.pool, 'mail')).map(({ event, reason }) => `${name(event)} ${reason}`);
  const waits = 'waits for an earlier event of the same learner';

  it.each([1, 2, 500])(
    'dead-letters it and the later events of its learner, and delivers all others (batches of %d)',
    async (batch) => {
      await day.sit('ada');
      const history = await day.sit('eve');
      await day.sit('bob');
      day.subscribe({ handle, batch });
      await day.has('bob:3');
      expect(day.delivered).toEqual(['ada:1', 'ada:2', 'ada:3', 'eve:1', 'bob:1', 'bob:2', 'bob:3']);
      expect(await letters()).toEqual(['eve:2 no such address', `eve:3 ${waits}`]);

      await day.store.append([{ stream: 'eve', after: history[2], events: [created], metadata }]);
      await day.sit('zoe', [created]);
      await day.has('zoe:1');
      expect(await letters()).toContain(`eve:4 ${waits}`);
      expect(day.delivered).not.toContain('eve:4');
    },
  );

  it('dead-letters no earlier event, in whatever order the handler reports several learners', async () => {
    await day.sit('ada');
    await day.sit('eve');
    const cannot = ({ stream, version }: RecordedEvent) => stream !== 'zoe' && version === 2;
    // The later one first, as a concurrent handler may report them.
    const latestFirst = async (events: RecordedEvent[]) => {
      const event = events.findLast(cannot);
      if (event) throw new Undeliverable(event, 'no such address');
      await day.deliver(events);
    };
    day.subscribe({ handle: latestFirst });
    await day.has('ada:1', 'eve:1');
    expect(await letters()).toEqual(['ada', 'eve'].flatMap((who) => [`${who}:2 no such address`, `${who}:3 ${waits}`]));
  });

  it('delivers it in order on a retry, and later events of the learner as before', async () => {
    const history = await day.sit('eve');
    day.subscribe({ handle });
    await until('eve has dead letters', async () => (await letters()).length === 2);
    await expect(retryDeadLetters(day.db.pool, 'mail', 'eve', handle)).rejects.toThrow('no such address');
    expect(await letters()).toHaveLength(2);
    expect(await retryDeadLetters(day.db.pool, 'mail', 'eve', day.deliver)).toBe(2);
    expect(await letters()).toEqual([]);
    await day.store.append([{ stream: 'eve', after: history[2], events: [created], metadata }]);
    await day.has('eve:4');
    expect(day.delivered).toEqual(['eve:1', 'eve:2', 'eve:3', 'eve:4']);
  });

  it('records the new reason when a retry fails for another one', async () => {
    await day.sit('eve');
    day.subscribe({ handle });
    await until('eve has dead letters', async () => (await letters()).length === 2);
    const full = (events: RecordedEvent[]) => Promise.reject(new Undeliverable(events[0], 'mailbox full'));
    await expect(retryDeadLetters(day.db.pool, 'mail', 'eve', full)).rejects.toThrow('mailbox full');
    expect(await letters()).toEqual(['eve:2 mailbox full', `eve:3 ${waits}`]);
  });

  it('delivers the events behind it when it is skipped', async () => {
    const [, second] = await day.sit('eve');
    day.subscribe({ handle });
    await until('eve has dead letters', async () => (await letters()).length === 2);
    expect(await skipDeadLetter(day.db.pool, 'mail', second.id)).toBe(true);
    expect(await skipDeadLetter(day.db.pool, 'mail', second.id)).toBe(false);
    expect(await retryDeadLetters(day.db.pool, 'mail', 'eve', day.deliver)).toBe(1);
    expect(day.delivered).toEqual(['eve:1', 'eve:3']);
  });

  it('keeps the order while events arrive during retries', async () => {
    let last = await day.sit('eve');
    day.subscribe({ handle, batch: 3 });
    await until('eve has dead letters', async () => (await letters()).length > 0);
    const busy = (async () => {
      for (let n = 0; n < 60; n++)
        last = await day.store.append([{ stream: 'eve', after: last.at(-1)!, events: [created], metadata }]);
    })();
    while (!day.delivered.includes('eve:63')) await retryDeadLetters(day.db.pool, 'mail', 'eve', day.deliver);
    await busy;
    expect(day.delivered).toEqual(Array.from({ length: 63 }, (_, index) => `eve:${index + 1}`));
    expect(await letters()).toEqual([]);
  });
});
