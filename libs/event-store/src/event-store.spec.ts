import { openDatabase } from '../../../test/database.js';
import { EventStore, headOf, type Metadata, start } from './index.js';

const metadata: Metadata = { commandId: 'c1', actor: { kind: 'user', userId: 1 } };

describe('the event store', () => {
  let db: Awaited<ReturnType<typeof openDatabase>>;
  beforeAll(async () => {
    db = await openDatabase();
  });
  afterAll(() => db.close());

  it('keeps', async () => {
    const store = new EventStore(db.pool, (stream, history, appended) => [
      {
        text: 'insert into checkpoints (name, xid, position) values ($1, $2, $3) on conflict (name) do nothing',
        values: [stream, 0, appended.length],
      },
    ]);
    const events = [
      { type: 'A', data: { a: 1, b: 'x"\\y' } },
      { type: 'B', data: { c: [1.5, 1e21, 5e-324] } },
    ];
    const appended = await store.append([{ stream: 's-1', after: start, events, metadata }]);
    expect(await store.read('s-1')).toEqual(appended);
    expect(await store.verify('s-1')).toBeUndefined();
    await expect(store.append([{ stream: 's-1', after: start, events, metadata }])).rejects.toThrow('not at version');
    console.log(appended, headOf(appended));
  });
});
