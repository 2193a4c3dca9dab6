import { stopPostgres } from '#configuration';
import { Database } from '#connections';
import { openDatabase } from '../../../test/support/database.js';
import {
  ask,
  caughtUp,
  promote,
  type Server,
  standbyOf,
  startServer,
  stopReplication,
} from '../../../test/support/servers.js';
import { Wire } from '../../../test/support/wire.js';
import {
  adoptLog,
  EventStore,
  headOf,
  LogNotWritable,
  lagOf,
  logStream,
  nextId,
  type RecordedEvent,
  replay,
  Subscription,
  start,
  writableGenerationOf,
} from './index.js';
import { created, metadata, started, until } from './testing.js';

const running: Server[] = [];
const closing: (() => Promise<unknown>)[] = [];
const kept = async (server: Promise<Server>) => {
  running.push(await server);
  return running.at(-1)!;
};
const usual = process.env.TEST_DATABASE_URL!;
let primary: Server;
beforeAll(async () => {
  primary = await startServer();
});
afterAll(() => primary.stop());
afterEach(async () => {
  process.env.TEST_DATABASE_URL = usual;
  for (const close of closing.splice(0).reverse()) await close();
  for (const server of running.splice(0).reverse()) await server.stop();
});

/** A log behind an address that the test can point to another server. */
async function openLog(server: { url: string }) {
  const address = new Wire(new URL(server.url));
  closing.push(async () => address.close());
  process.env.TEST_DATABASE_URL = await address.open();
  const { pool, owner, url } = await openDatabase();
  closing.push(
    () => pool.end(),
    () => owner.end(),
  );
  const store = new EventStore(pool);
  const sit = (learner: string) =>
    store.append([{ stream: `attempts-1-${learner}`, after: start, events: [created, started], metadata }]);
  return { address, pool, owner, url, store, sit };
}

const poolAt = (server: { url: string }, url: string) => {
  const { pathname } = new URL(url);
  const pool = new Database({ connectionString: Object.assign(new URL(server.url), { pathname }).href, max: 3 });
  pool.on('error', () => {});
  closing.push(() => pool.end());
  return pool;
};

async function allOf(pool: Database): Promise<RecordedEvent[]> {
  const log: RecordedEvent[] = [];
  for await (const events of replay(pool)) log.push(...events);
  return log;
}

const databaseAnswers = ({ pool }: { pool: Database }) =>
  until('the database answers', () =>
    pool.query('select 1').then(
      () => true,
      () => false,
    ),
  );

const streamsOf = (events: RecordedEvent[]) => events.map(({ stream }) => stream);

it('a standby refuses commands and subscriptions; once promoted in place it takes commands in a new generation', async () => {
  const log = await openLog(primary);
  await log.sit('alice');
  const standby = await kept(standbyOf(primary));
  await caughtUp(primary, standby);
  const pool = poolAt(standby, log.url);
  const store = new EventStore(pool);
  const sit = (learner: string) =>
    store.append([{ stream: `attempts-1-${learner}`, after: start, events: [created], metadata }]);
  await expect(sit('bob')).rejects.toThrow(LogNotWritable);
  await expect(sit('bob')).rejects.toThrow('This database server is a standby.');

  const errors: Error[] = [];
  const delivered: RecordedEvent[] = [];
  const end = new AbortController();
  const following = new Subscription(pool, {
    name: 'mail',
    pollMs: 5,
    handle: async (events) => void delivered.push(...events),
    onError: (error) => errors.push(error as Error),
  }).run(end.signal);
  await until('the subscription was refused', () => errors.length > 1);
  expect(errors[0]).toBeInstanceOf(LogNotWritable);
  expect(delivered).toEqual([]);

  // The sessions with the standby outlive its promotion.
  await promote(standby);
  const [event] = await sit('bob');
  expect(event.generation).toBe(2);
  await until('both learners are delivered', () => delivered.length >= 4);
  expect(streamsOf(delivered)).toEqual(['attempts-1-alice', 'attempts-1-alice', logStream, 'attempts-1-bob']);
  end.abort();
  await following;
});

it('many commands that meet a promoted server at once begin one generation', async () => {
  const log = await openLog(primary);
  await log.sit('alice');
  const standby = await kept(standbyOf(primary));
  await caughtUp(primary, standby);
  await promote(standby);
  log.address.leadTo(standby);
  await databaseAnswers(log);
  const stores = Array.from({ length: 5 }, () => new EventStore(log.pool));
  const append = (store: EventStore, index: number) =>
    store.append([{ stream: `attempts-2-${index}`, after: start, events: [created], metadata }]);
  const appended = await Promise.all(
    stores.flatMap((store, index) => [append(store, index), append(store, index + 5)]),
  );
  expect(new Set(appended.flat().map(({ generation }) => generation))).toEqual(new Set([2]));
  expect(await log.store.read(logStream)).toHaveLength(1);
});

it('a logical copy refuses commands until it is adopted; its new events come after the copied ones', async () => {
  const log = await openLog(primary);
  // The copy's server must be behind in transaction ids: its horizon alone would hide the copied events.
  for (let spent = 0; spent < 200; spent++) await log.pool.query('select pg_current_xact_id()');
  await log.sit('alice');
  for (let drawn = 0; drawn < 5; drawn++) await nextId(log.pool, 'attempt_ids');
  const other = await openLog({ url: usual });
  for (const table of ['log_generations', 'streams', 'events', 'checkpoints'])
    await copyTable(log.owner, other.owner, table);

  await expect(other.sit('bob')).rejects.toThrow('This database is a copy of the log that was not adopted.');
  await expect(nextId(other.pool, 'attempt_ids')).rejects.toThrow(LogNotWritable);
  const alice = { stream: 'attempts-1-alice', after: headOf(await other.store.read('attempts-1-alice')) };
  const continueAlice = () => other.store.append([{ ...alice, events: [started], metadata }]);
  await expect(continueAlice()).rejects.toThrow(LogNotWritable);

  const { logId } = await writableGenerationOf(log.pool);
  expect(await adoptLog(other.owner, { kind: 'operator', name: 'olga' })).toEqual({ generation: 2, logId });
  expect(await adoptLog(other.owner, { kind: 'operator', name: 'olga' })).toBeUndefined();
  await continueAlice();
  await other.sit('bob');
  // Other suites on this server share its visibility horizon.
  let events: RecordedEvent[] = [];
  await until('all events are visible', async () => {
    events = await allOf(other.pool);
    return events.length >= 6;
  });
  expect(streamsOf(events)).toEqual([
    ...Array(2).fill('attempts-1-alice'),
    logStream,
    'attempts-1-alice',
    ...Array(2).fill('attempts-1-bob'),
  ]);
  expect(events.map(({ generation }) => generation)).toEqual([1, 1, 2, 2, 2, 2]);
  expect(events[2].metadata.actor).toEqual({ kind: 'operator', name: 'olga' });
  for (const stream of new Set(streamsOf(events))) expect(await other.store.verify(stream)).toBeUndefined();
});

it('a copy that lacks the end of a stream is not adopted', async () => {
  const log = await openLog(primary);
  await log.sit('alice');
  const other = await openLog({ url: usual });
  for (const table of ['log_generations', 'streams']) await copyTable(log.owner, other.owner, table);
  await expect(adoptLog(other.owner, { kind: 'operator', name: 'olga' })).rejects.toThrow(
    'The copy is not complete: stream attempts-1-alice does not end with its last event.',
  );
});

it('a copy of the database in the same server is a copy, too', async () => {
  const log = await openLog(primary);
  await log.sit('alice');
  const source = new URL(log.url).pathname.slice(1);
  await ask(primary.url, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${source}'`);
  await ask(primary.url, `create database beside template ${source}`);
  const store = new EventStore(poolAt(primary, 'postgres://x/beside'));
  const append = store.append([{ stream: 'attempts-1-bob', after: start, events: [created], metadata }]);
  await expect(append).rejects.toThrow(LogNotWritable);
});

it('after a fail-over that loses events, the new generation uses none of their ids, positions and transactions again', async () => {
  const log = await openLog(primary);
  await log.sit('alice');
  const idsBefore = [await nextId(log.pool, 'attempt_ids'), await nextId(log.pool, 'attempt_ids')];
  const standby = await kept(standbyOf(primary));
  await caughtUp(primary, standby);
  await stopReplication(standby);
  const lost = [...(await log.sit('bob')), ...(await log.sit('carol')), ...(await log.sit('dave'))];
  for (let drawn = 0; drawn < 40; drawn++) idsBefore.push(await nextId(log.pool, 'attempt_ids'));

  await stopPostgres(primary.dataDir);
  await promote(standby);
  log.address.leadTo(standby);
  await databaseAnswers(log);
  const id = await nextId(log.pool, 'attempt_ids');
  expect(id).toBeGreaterThan(Math.max(...idsBefore) + 900_000);
  const [erin] = await log.sit('erin');
  expect(BigInt(erin.position)).toBeGreaterThan(BigInt(lost.at(-1)!.position));
  expect(erin.generation).toBe(2);

  const events = await allOf(log.pool);
  expect(streamsOf(events)).toEqual([...Array(2).fill('attempts-1-alice'), logStream, ...Array(2).fill(erin.stream)]);
  const [entry] = await log.store.read(logStream);
  const { logId } = await writableGenerationOf(log.pool);
  expect(entry).toMatchObject({
    type: 'GenerationBegan',
    generation: 2,
    data: { generation: 2, logId, reason: 'promoted', timeline: '00000002', skippedPositions: 1_000_000 },
  });
  for (const stream of new Set(streamsOf(events))) expect(await log.store.verify(stream)).toBeUndefined();
  // The skipped positions do not count as lag.
  expect((await lagOf(log.pool, 'mail')).events).toBeLessThan(200);
});

/** Like a logical dump: the rows with their positions, without the sequences. */
async function copyTable(from: Database, to: Database, table: string) {
  const { rows } = await from.query(`select row_to_json(t)::text as row from ${table} t`);
  for (const { row } of rows)
    await to.query(`insert into ${table} select * from json_populate_record(null::${table}, $1)`, [row]);
}
