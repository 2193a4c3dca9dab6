import pg from 'pg';
import { openDatabase } from '../../../test/support/database.js';
import { shared } from '../../../test/support/hooks.js';
import { EventStore, start } from '../../event-store/src/index.js';
import { created, metadata, started } from '../../event-store/src/testing.js';

const db = shared(openDatabase);
let clients: Record<'api' | 'worker', pg.Client>;
const users = ['api', 'worker'] as const;

beforeAll(async () => {
  await new EventStore(db.pool).append([
    { stream: 'attempts-4-7', after: start, events: [created, started], metadata },
    { stream: 'attempts-4-8', after: start, events: [created], metadata },
  ]);
  await db.owner.query(`insert into learner_keys values (7, '\\x07', 'first')`);
});
beforeEach(async () => {
  const connect = async (url: string) => {
    const client = new pg.Client(url);
    await client.connect();
    return client;
  };
  clients = { api: await connect(db.urls.api), worker: await connect(db.urls.worker) };
});
afterEach(() => Promise.all(Object.values(clients).map((client) => client.end())));

describe.each(users)('the login of the %s', (user) => {
  const run = (text: string, values?: unknown[]) => clients[user].query(text, values);
  const one = async (text: string) => Object.values((await run(text)).rows[0])[0];

  it('is nobody else after it gives up or resets its role', async () => {
    for (const statement of ['set role none', 'reset role', 'reset session authorization']) {
      await run(statement);
      expect(await one('select current_user')).toBe(`test_${user}`);
      await expect(run('truncate streams')).rejects.toThrow('permission denied');
    }
  });

  it('owns nothing', async () => {
    const owned = `select count(*)::int from pg_shdepend where deptype = 'o' and refobjid = (select oid from pg_roles where rolname = current_user)`;
    expect(await one(owned)).toBe(0);
  });

  it.each([
    'set role postgres',
    'set session authorization postgres',
    `do $$ begin execute 'set role proctoring_api_' || (select max(substr(rolname, 16)) from pg_roles where rolname ~ '^proctoring_api_'); end $$`,
    `copy events to program 'id'`,
    `copy users to '/tmp/users'`,
    `copy users from program 'id'`,
    `select pg_read_file('postgresql.conf')`,
    `select lo_import('/etc/passwd')`,
    'create role helper superuser',
    'alter role current_user createrole',
    'create extension dblink',
    `alter system set archive_command = 'id'`,
    'set session_replication_role = replica',
    'create table public.mine (id integer)',
    'create function public.mine() returns int language sql as $$ select 1 $$',
    'create schema mine',
    'create temporary table leases (name text)',
    'create temporary view pg_stat_activity as select 1',
    'grant select on learner_keys to public',
    'alter table events disable trigger append_only',
    'alter table events_0 disable trigger all',
    'drop trigger append_only on events',
    'create trigger mine before insert on users for each row execute function refuse_change()',
    'create or replace function decision_time(at timestamptz) returns timestamptz language sql as $$ select at $$',
    'comment on table migrations is null',
    'insert into migrations (timestamp, name) values (1, $$mine$$)',
    'table learner_keys',
    'update learner_keys set key = null',
    'insert into learner_keys (user_id) values (8)',
    'delete from learner_keys',
    `insert into secret_fingerprints values ('mine', '')`,
    `update log_generations set timeline = ''`,
    `insert into log_generations values (99, gen_random_uuid(), 'mine', '', 0, '')`,
    'delete from access_log',
    'delete from erasure_certificates',
    `select begin_generation('copied')`,
    `select setval('events_position', 1)`,
    `select nextval('events_position')`,
  ])('cannot: %s', (statement) =>
    expect(run(statement)).rejects.toThrow(
      /permission denied|must be owner|must be superuser|must have|only roles? with|only the owner|can only be set/i,
    ),
  );

  describe('and the log', () => {
    const event = {
      stream: 'attempts-4-7',
      version: 3,
      id: '0196a1c0-7d1e-7c3a-9b1e-2f5d8c7b6a59',
      type: 'AttemptVerified',
      schema_version: 1,
      data: '{}',
      metadata: '{}',
      hash: '\\x00',
    };
    const insert = (more: object) => {
      const row = { ...event, ...more };
      const values = Object.values(row).map((_, index) => `$${index + 1}`);
      return run(`insert into events (${Object.keys(row)}) values (${values})`, Object.values(row));
    };

    it.each([
      ['at all', {}],
      ['with a transaction', { transaction_id: '1' }],
      ['with a position', { position: 1 }],
      ['with a time', { recorded_at: '2020-01-01' }],
      ['with a generation', { generation: 0 }],
    ])('cannot insert an event by itself, %s', (_, more) =>
      expect(insert(more)).rejects.toThrow('permission denied for table events'),
    );

    it.each([
      `update streams set head_hash = '\\x00'`,
      'update streams set version = version - 1',
      `insert into streams values ('attempts-9-9', 5, '\\x00')`,
      'delete from streams',
      'truncate streams',
      `update events set data = '{}'`,
      'delete from events_0',
      'truncate events cascade',
    ])('cannot: %s', (statement) => expect(run(statement)).rejects.toThrow('permission denied'));

    /** As the event store calls it, but for what is said here. */
    const appendMany = (given: object) => {
      const sound = {
        heads: ['attempts-4-8'],
        after: [1],
        after_hash: ['\\x00'],
        head_of: [1],
        ids: [event.id],
        types: [event.type],
        schema_versions: [1],
        datas: ['{}'],
        metadatas: ['{}'],
        hashes: ['\\x01'],
        command_keys: [],
        command_answers: [],
        waits: true,
      };
      const values = Object.values({ ...sound, ...given });
      return run(`select append_events(${values.map((_, index) => `$${index + 1}`)})`, values);
    };
    const headOf = async (stream: string) =>
      (await db.owner.query(`select version, encode(head_hash, 'hex') as hash from streams where id = $1`, [stream]))
        .rows[0];

    it('cannot move a head without an event, or from another event than its last', async () => {
      const { version, hash } = await headOf('attempts-4-8');
      const after = { after: [version], after_hash: [`\\x${hash}`] };
      const nothing = { ids: [], head_of: [], types: [], schema_versions: [], datas: [], metadatas: [], hashes: [] };
      await expect(appendMany({ ...after, ...nothing })).rejects.toThrow('no event of attempts-4-8 is given');
      await expect(appendMany({ ...after, head_of: [2] })).rejects.toThrow();
      await expect(appendMany({ ...after, head_of: [null] })).rejects.toThrow();
      await expect(appendMany({ after: [version], after_hash: ['\\x00'] })).rejects.toThrow('were faster');
      await expect(appendMany({ after: [0], after_hash: [''] })).rejects.toThrow('were faster');
      await expect(appendMany({ after: [-1] })).rejects.toThrow('were faster');
      expect(await headOf('attempts-4-8')).toEqual({ version, hash });
    });

    it('cannot choose the generation by what its session remembers', async () => {
      await run(`select set_config('proctoring.generation', '00000001 77', false)`);
      await run(
        `select set_config('proctoring.timeline', left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), false)`,
      );
      const stream = `attempts-6-${user}`;
      const text = `select append_event($1, 0, '', gen_random_uuid(), 'AttemptCreated', 1, '{}', '{}', '\\x01')`;
      await run(text, [stream]);
      const { rows } = await db.owner.query(
        `select generation, recorded_at > now() - interval '1 minute' as "isNow", version::int from events where stream = $1`,
        [stream],
      );
      expect(rows).toEqual([{ generation: 1, isNow: true, version: 1 }]);
    });
  });

  it('gets one key by a function, and neither replaces it nor brings a destroyed one back', async () => {
    expect((await run('select key from learner_keys_of(array[7])')).rows).toEqual([{ key: Buffer.from([7]) }]);
    await run(`select keep_learner_key(7, '\\x08', 'second')`);
    await db.owner.query('insert into learner_keys (user_id) values (9) on conflict do nothing');
    await run(`select keep_learner_key(9, '\\x08', 'second')`);
    const { rows } = await db.owner.query('select user_id::int as id, key from learner_keys order by 1');
    expect(rows).toEqual([
      { id: 7, key: Buffer.from([7]) },
      { id: 9, key: null },
    ]);
  });
});

const workersOwn = [
  `insert into leases (name, epoch, holder, expires_at) values ('relay', 1, 'me', now())`,
  'delete from checkpoints',
  'delete from dead_letters',
  'delete from deliveries',
  'delete from commands',
  `insert into mails (event_id, outcome) values (gen_random_uuid(), 'sent')`,
  'delete from vendor_deliveries',
  'select prune_access_log(400, 1)',
  `select * from learner_keys_to_rewrap('second')`,
  `select rewrap_learner_key(7, '\\x07', '\\x00', 'second')`,
];
it.each(workersOwn)('the API cannot do what the worker does: %s', async (statement) => {
  await expect(clients.api.query(statement)).rejects.toThrow('permission denied');
  await clients.worker.query(`begin; ${statement}; rollback`);
});

const apisOwn = [
  `update idempotency_keys set fingerprint = ''`,
  'delete from callback_nonces',
  'delete from schedules',
  'delete from dates',
  'delete from verified_names',
];
it.each(apisOwn)('the worker cannot do what the API does: %s', async (statement) => {
  await expect(clients.worker.query(statement)).rejects.toThrow('permission denied');
  await clients.api.query(`begin; ${statement}; rollback`);
});

it('every function that acts as its owner looks for names in a path that others cannot write to', async () => {
  const { rows } = await db.owner.query(
    `select proname, proconfig from pg_proc where pronamespace = 'public'::regnamespace and prosecdef`,
  );
  expect(rows.length).toBeGreaterThan(10);
  for (const { proname, proconfig } of rows)
    expect([proname, proconfig]).toEqual([
      proname,
      [expect.stringMatching(/^search_path=pg_catalog, (public, )?pg_temp$/)],
    ]);
});
