import { openDatabase } from '../../../test/support/database.js';
import { shared } from '../../../test/support/hooks.js';
import { EventStore, start } from './index.js';
import { created, metadata, started, submitted } from './testing.js';

describe('the log of an exam', () => {
  const db = shared(openDatabase);
  let store: EventStore;
  const stream = 'attempts-4-7';

  beforeAll(async () => {
    store = new EventStore(db.pool);
    await store.append([{ stream, after: start, events: [created, started, submitted], metadata }]);
  });

  const changes = (table: string) => [
    `update ${table} set data = '{}'`,
    `update ${table} set data = '{}' where false`,
    `delete from ${table}`,
    `truncate ${table}`,
    `merge into ${table} e using (select 1) s on true when matched then delete`,
  ];

  it.each([...changes('events'), ...changes('events_0'), ...changes('events_2')])(
    'refuses a change by the service: %s',
    (change) => expect(db.pool.query(change)).rejects.toThrow('permission denied'),
  );

  it.each([...changes('events'), ...changes('events_0'), ...changes('events_2')])(
    'refuses a change by its owner: %s',
    (change) => expect(db.owner.query(change)).rejects.toThrow('append-only'),
  );

  it('refuses a change by its owner while ordinary triggers are off', () =>
    expect(db.owner.query(`set session_replication_role = replica; delete from events`)).rejects.toThrow(
      'append-only',
    ));

  it('accepts each event id once', async () => {
    const [{ id }] = await store.read(stream);
    const again = store.append([{ stream: 'attempts-4-9', after: start, events: [{ ...created, id }], metadata }]);
    await expect(again).rejects.toThrow('duplicate key');
    expect(await store.read('attempts-4-9')).toEqual([]);
  });

  it('refuses changes in partitions that are made later', async () => {
    await db.pool.query('select create_event_partitions(4)');
    await expect(db.owner.query('delete from events_4')).rejects.toThrow('append-only');
    await expect(db.pool.query('select from events_4')).rejects.toThrow('permission denied');
  });

  it('grows into the next partition', async () => {
    await db.owner.query(`select setval('events_position', 9999999)`);
    const appended = await store.append([
      { stream: 'attempts-4-8', after: start, events: [created, started], metadata },
    ]);
    expect(appended.map(({ position }) => position)).toEqual(['10000000', '10000001']);
    expect(await store.read('attempts-4-8')).toEqual(appended);
  });

  describe('after its owner changed an event', () => {
    const tamper = async (statement: string) => {
      const client = await db.owner.connect();
      try {
        await client.query('begin; alter table events_0 disable trigger append_only');
        await client.query(statement);
        const seen = new EventStore({ query: client.query.bind(client) } as unknown as typeof db.pool);
        return await seen.verify(stream);
      } finally {
        await client.query('rollback');
        client.release();
      }
    };

    it('verifies when nothing was changed', async () => {
      expect(await store.verify(stream)).toBeUndefined();
      expect(await store.verify('attempts-4-99')).toBeUndefined();
    });

    it.each([
      [
        `update events_0 set data = '{"attemptId":1,"allowedMinutes":120}' where version = 1`,
        'version 1 (AttemptCreated) was changed',
      ],
      [`update events_0 set type = 'AttemptVerified' where version = 3`, 'version 3 (AttemptVerified) was changed'],
      [`update events_0 set metadata = '{}' where version = 2`, 'version 2 (AttemptStarted) was changed'],
      [`update events_0 set id = gen_random_uuid() where version = 2`, 'version 2 (AttemptStarted) was changed'],
      [`update events_0 set schema_version = 2 where version = 2`, 'version 2 (AttemptStarted) was changed'],
      [`update events_0 set hash = sha256('') where version = 3`, 'version 3 (AttemptSubmitted) was changed'],
      ['delete from events_0 where version = 2', 'version 2 is missing'],
      ['delete from events_0 where version = 3', 'does not end with version 2'],
      ['delete from events_0', 'does not end with version 0'],
      [
        `delete from events_0 where version = 1; update events_0 set version = version - 1`,
        'version 1 (AttemptStarted) was changed',
      ],
    ])('finds: %s', async (statement, finding) => expect(await tamper(statement)).toContain(finding));
  });
});
