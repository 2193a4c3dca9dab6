import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { Refusal } from '#domain';
import { openDatabase } from '../../../test/support/database.js';
import { shared } from '../../../test/support/hooks.js';
import { AlreadyDone, EventStore, headOf, start, VersionConflict } from './index.js';
import { created, metadata, started, submitted } from './testing.js';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

describe('the event store', () => {
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

  const append = (events: object[], after = start) => store.append([{ stream, after, events: events as [], metadata }]);
  const types = async (of = stream) => (await store.read(of)).map(({ type }) => type);

  it('reads what was appended, in order', async () => {
    const first = await append([created, started]);
    const second = await append([submitted], headOf(first));
    expect(await store.read(stream)).toEqual([...first, ...second]);
    expect(second[0]).toMatchObject({ ...submitted, stream, version: 3, schemaVersion: 1, metadata });
    expect(Date.parse(second[0].recordedAt)).toBeGreaterThan(Date.now() - 60_000);
  });

  it('reads an empty history of a stream without events', async () => {
    await append([created]);
    const histories = await store.readMany([stream, 'attempts-4-0']);
    expect([...histories].map(([name, { length }]) => [name, length])).toEqual([
      [stream, 1],
      ['attempts-4-0', 0],
    ]);
  });

  it('hashes the canonical JSON of each event together with its predecessor', async () => {
    const [first, second] = await append([created, started]);
    const { id, version, type, schemaVersion, data } = second;
    const text = canonicalize({ previous: first.hash, stream, version, id, type, schemaVersion, data, metadata })!;
    expect(second.hash).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('records any JSON unchanged', async () => {
    console.info(`seed ${seed}`);
    const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constant(null),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.maxSafeInteger(),
        text,
        fc.array(tie('value'), { maxLength: 4 }),
        tie('object'),
      ),
      object: fc.dictionary(text, tie('value'), { maxKeys: 4 }),
    }));
    await fc.assert(
      fc.asyncProperty(fc.array(json.object, { minLength: 1, maxLength: 5 }), async (datas) => {
        stream = `attempts-5-${++learner}`;
        await append(datas.map((data) => ({ type: 'AttemptStarted', data })));
        const read = await store.read(stream);
        expect(read.map(({ data }) => canonicalize(data))).toEqual(datas.map((data) => canonicalize(data)));
        expect(await store.verify(stream)).toBeUndefined();
      }),
      { seed, numRuns: 60 },
    );
  });

  it.each([
    ['\0', 'NUL'],
    ['\ud800', 'half a surrogate pair'],
  ])('refuses text that PostgreSQL cannot store, before it writes', async (text) => {
    const reason = { type: 'AttemptRejected', data: { comments: ['fine', `not ${text}`] } };
    const refused = append([created, reason]);
    await expect(refused).rejects.toThrow(Refusal);
    await expect(refused).rejects.toThrow('AttemptRejected.comments.1 contains a character that cannot be stored');
    await expect(append([{ type: 'AttemptRejected', data: { [text]: 1 } }])).rejects.toThrow(Refusal);
    expect(await types()).toEqual([]);
    await append([{ type: 'AttemptRejected', data: { comment: 'a backslash and u0000: \\u0000' } }]);
  });

  it('accepts exactly one of several appends after the same head', async () => {
    const history = await append([created]);
    for (const after of [start, headOf(history)]) {
      stream = `attempts-4-${++learner}`;
      if (after.version > 0) await append([created]).then((events) => Object.assign(after, headOf(events)));
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => append([started], after)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of results)
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(VersionConflict);
      expect(await types()).toHaveLength(after.version + 1);
    }
  });

  it('refuses a head with the right version and a wrong hash', async () => {
    await append([created]);
    await expect(append([started], { version: 1, hash: 'aa' })).rejects.toThrow(VersionConflict);
  });

  it('appends to all of several streams or to none', async () => {
    const [declined, practice] = [`attempts-1-${learner}`, `attempts-2-${learner}`];
    const both = (after = start) =>
      store.append([
        { stream: practice, after: start, events: [created], metadata },
        { stream: declined, after, events: [created, started], metadata },
      ]);
    await expect(both({ version: 3, hash: 'aa' })).rejects.toThrow(VersionConflict);
    expect(await types(practice)).toEqual([]);
    const appended = await both();
    expect(appended.map((event) => event.stream)).toEqual([practice, declined, declined]);
    expect(appended.map(({ position }) => Number(position))).toEqual(
      [0, 1, 2].map((n) => Number(appended[0].position) + n),
    );
  });

  it('is harmless to repeat with the same event ids', async () => {
    const events = [
      { ...created, id: '01a20e64-7928-7110-8d30-03e84af35296' },
      { ...started, id: '01a20e64-7928-7110-8d30-03e84af35297' },
    ];
    const first = await append(events);
    expect(await append(events)).toEqual(first);
    await append([submitted], headOf(first));
    expect(await append(events)).toEqual(first);
    await expect(append([{ ...events[0], id: events[1].id }, events[1]])).rejects.toThrow(VersionConflict);
  });

  it('gives a repeated command its first answer', async () => {
    const kept = { key: `7:${stream}`, answer: { z: 1, a: null } };
    const first = await store.append([{ stream, after: start, events: [created], metadata }], kept);
    const repeated = store.append([{ stream, after: headOf(first), events: [started], metadata }], {
      ...kept,
      answer: 2,
    });
    await expect(repeated).rejects.toMatchObject({ constructor: AlreadyDone, answer: kept.answer });
    expect(await types()).toEqual(['AttemptCreated']);
    expect(JSON.stringify(await store.firstAnswer(kept.key))).toBe('{"z":1,"a":null}');
    expect(await store.firstAnswer('unknown')).toBeUndefined();
  });
});
