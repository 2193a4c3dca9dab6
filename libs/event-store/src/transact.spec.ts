import { Refusal } from '#domain';
import { openDatabase } from '../../../test/support/database.js';
import { shared } from '../../../test/support/hooks.js';
import { EventStore } from './index.js';
import { created, metadata } from './testing.js';

describe('a transaction', () => {
  const db = shared(openDatabase);
  let store: EventStore;
  let learner = 0;
  let stream: string;

  beforeAll(() => {
    store = new EventStore(db.pool);
  });
  beforeEach(() => {
    stream = `attempts-4-${++learner}`;
  });

  const start = (key?: string) =>
    store.transact({ streams: [stream], metadata, key }, (historyOf) => {
      if (historyOf(stream).length > 0) throw new Refusal('attempt_exists', 'There is an attempt already.');
      return { appends: [{ stream, events: [created] }], answer: { id: learner } };
    });

  it('decides on what was read', async () => {
    expect(await start()).toMatchObject({ answer: { id: learner }, events: [created] });
    await expect(start()).rejects.toThrow('There is an attempt already.');
  });

  it('decides again when another append came first', async () => {
    const count = () =>
      store.transact({ streams: [stream], metadata }, (historyOf) => {
        const { length } = historyOf(stream);
        return { appends: [{ stream, events: [{ type: 'AttemptErrored', data: { length } }] }], answer: length };
      });
    const answers = await Promise.all(Array.from({ length: 6 }, async () => (await count()).answer));
    expect(answers.sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect((await store.read(stream)).map(({ data }) => data)).toEqual(
      [0, 1, 2, 3, 4, 5].map((length) => ({ length })),
    );
  });

  it('gives a repeated key its first answer, although the decision would be refused now', async () => {
    const first = await start(`7:${stream}`);
    expect(await start(`7:${stream}`)).toEqual({ answer: first.answer, events: [] });
    await expect(start(`8:${stream}`)).rejects.toThrow(Refusal);
  });

  it('does a command once that is sent many times at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => start(`7:${stream}`)));
    expect(new Set(answers.map(({ answer }) => answer.id))).toEqual(new Set([learner]));
    expect(answers.filter(({ events }) => events.length > 0)).toHaveLength(1);
  });

  it('keeps the answer of a command that changed nothing', async () => {
    const nothing = (answer: number) =>
      store.transact({ streams: [], metadata, key: `9:${stream}` }, () => ({ appends: [], answer }));
    expect([await nothing(1), await nothing(2)].map(({ answer }) => answer)).toEqual([1, 1]);
  });
});
