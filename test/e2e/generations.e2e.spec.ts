import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createApi } from '../../apps/api/src/api.js';
import { startWorker } from '../../apps/worker/src/worker.js';
import { stopPostgres } from '../../libs/configuration/src/index.js';
import { Database } from '../../libs/connections/src/index.js';
import { StartAttempt } from '../../libs/domain/src/index.js';
import { EventStore, replay } from '../../libs/event-store/src/index.js';
import { Relay } from '../../libs/integration/src/index.js';
import { migrateWithLogins, openDatabase, urlsOf } from '../support/database.js';
import { inOrder, openExam, until, withoutRepeated } from '../support/relay.exams.js';
import { caughtUp, promote, type Server, standbyOf, startServer, stopReplication } from '../support/servers.js';
import { courseId, people, publishedExam, tokenOf } from '../support/service.js';
import { Wire } from '../support/wire.js';

const { startBroker } = await import(join(process.cwd(), 'scripts/kafka-broker.mjs'));
const folder = mkdtempSync(join(tmpdir(), 'proctoring-kafka-'));
const dir = join(folder, 'now');
const start = (port?: number) => startBroker({ dir, port, log: () => {} });

const closing: (() => unknown)[] = [];
const sharedServer = process.env.TEST_DATABASE_URL!;
let primary: Server;
let broker: Awaited<ReturnType<typeof start>>;
let port: number;
beforeAll(async () => {
  [primary, broker] = await Promise.all([startServer(), start()]);
  port = Number(broker.brokers.split(':')[1]);
});
afterEach(async () => {
  process.env.TEST_DATABASE_URL = sharedServer;
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(async () => {
  await primary?.stop();
  await broker?.stop();
  rmSync(folder, { recursive: true });
});

type Exam = Awaited<ReturnType<typeof openExam>>;

/** Opens an exam whose database address can be pointed to another server. */
async function openExamAt(server: { url: string }) {
  const address = new Wire(new URL(server.url));
  closing.push(async () => address.close());
  process.env.TEST_DATABASE_URL = await address.open();
  const exam = await openExam(broker.brokers);
  closing.push(() => exam.close().catch(() => {}));
  return { address, exam };
}

/** Starts another API at another copy of the database. */
async function apiAt(exam: Exam, urls: Exam['database']['urls']) {
  await migrateWithLogins(urls); // each start of the service does this
  const app = await createApi(exam.configuration, urls.api);
  closing.push(() => app.close());
  const publish = async () =>
    app.inject({
      method: 'PATCH',
      url: `/api/edx_proctoring/v1/proctored_exam/exam_registration/course_id/${courseId}`,
      headers: { authorization: `JWT ${await tokenOf(people.staff)}` },
      payload: [publishedExam('Final')],
    });
  const ready = () => app.inject({ url: '/health/ready' });
  const isRefused = async (why: string) => {
    const refused = await publish();
    expect([refused.statusCode, refused.json().detail]).toEqual([503, expect.stringContaining(why)]);
    expect(refused.headers['retry-after']).toBe('5');
    const { statusCode, body } = await ready();
    expect([statusCode, JSON.parse(body).status]).toEqual([503, expect.stringContaining(why)]);
  };
  return { app, publish, ready, isRefused };
}

async function withWorker(exam: Exam) {
  const worker = await startWorker(exam.configuration, exam.database.urls.worker);
  let ended: Promise<void> | undefined;
  const close = () => {
    ended ??= worker.close();
    return ended;
  };
  closing.push(close);
  return { close };
}

/** Learners create and start attempts. Answers the ids of the attempts. */
async function startAttempts(exam: Exam, first: number, last: number): Promise<number[]> {
  const ids: number[] = [];
  for (let userId = first; userId <= last; userId++) {
    const learner = exam.learner(userId);
    await learner.creates();
    await learner.by(StartAttempt);
    ids.push(learner.id());
  }
  return ids;
}

const stoppedAt = async (pool: Database) =>
  (await pool.query(`select stopped from checkpoints where name = 'kafka'`)).rows[0]?.stopped as string | null;
const untilStopped = (pool: Database, reason: string) =>
  until(async () => (await stoppedAt(pool))?.includes(reason) ?? false, `the relay is stopped: ${reason}`);
const allIn = async (exam: Exam) => {
  const { once } = withoutRepeated(await exam.arrived());
  return once;
};
const allArriveInOrder = async (exam: Exam) =>
  expect(inOrder(await allIn(exam))).toEqual(inOrder(await exam.expected()));

it('a copy of the database publishes nothing while the original publishes, and takes over later', async () => {
  const { exam } = await openExamAt(primary);
  const times = { heartbeatMs: 200, rivalTimeoutMs: 12_000 };
  const publish = (pool: Database) => {
    const end = new AbortController();
    const relay = new Relay(pool, exam.configuration, {}, times);
    const running = relay.run(end.signal);
    const stop = async () => {
      end.abort();
      await running;
      await relay.close();
    };
    closing.push(stop);
    return stop;
  };
  const stopOriginal = publish(exam.pool);
  await startAttempts(exam, 1, 3);
  await allArriveInOrder(exam);
  const copy = await standbyOf(primary);
  closing.unshift(copy.stop);
  await caughtUp(primary, copy);
  await promote(copy);
  const pool = poolAt(copy, exam.database.url);
  publish(pool);
  await untilStopped(pool, 'The relay of another database server');
  await startAttempts(exam, 11, 13);
  await allArriveInOrder(exam);
  expect(await stoppedAt(exam.pool)).toBeNull();

  await stopOriginal();
  await until(async () => (await stoppedAt(pool)) === null, 'the copy publishes');
  // Now the original is the one that is stopped.
  publish(exam.pool);
  await untilStopped(exam.pool, 'The relay of another database server');
}, 180_000);

it('a logical copy refuses commands and is not ready until an operator adopts it; then its events reach Kafka', async () => {
  const { exam } = await openExamAt(primary);
  const worker = await withWorker(exam);
  await startAttempts(exam, 1, 3);
  await allArriveInOrder(exam);
  await worker.close();
  process.env.TEST_DATABASE_URL = sharedServer;
  const copied = await openDatabase();
  closing.push(() => copied.close());
  await copyRows(exam.database.owner, copied.owner);

  const { app, publish, ready, isRefused } = await apiAt(exam, copied.urls);
  await isRefused('This database is a copy of the log that was not adopted.');

  const adopt = ['dist/apps/cli/src/main.js', 'adopt-log', '--json', '--operator', 'olga'];
  const { dataDir } = exam.configuration;
  const env = { ...process.env, NODE_OPTIONS: '', ...copied.environment, DATA_DIR: dataDir };
  const { stdout } = await promisify(execFile)(process.execPath, adopt, { env });
  expect(JSON.parse(stdout)).toMatchObject({ adopt: 'log', generation: 2 });
  expect((await publish()).statusCode).toBe(200);
  expect((await ready()).json()).toMatchObject({ status: 'ok', generation: 2 });
  const attempt = await app.inject({
    method: 'POST',
    url: '/api/edx_proctoring/v1/proctored_exam/attempt',
    headers: { authorization: `JWT ${await tokenOf(people.alice)}` },
    payload: { exam_id: (await publish()).json()[0].exam_id, attempt_proctored: 'true' },
  });
  expect(attempt.statusCode).toBe(200);
  const { exam_attempt_id: id } = attempt.json();
  expect(id).toBeGreaterThan(1_000_000);
  const moved = await startWorker(exam.configuration, copied.urls.worker);
  closing.push(() => moved.close());
  await until(
    async () => (await exam.arrived()).some(({ value }) => JSON.parse(value).attempt_id === id),
    'the new attempt is in Kafka',
  );
}, 180_000);

it('after a fail-over that lost the newest events, all later events reach Kafka, and no id is given twice', async () => {
  const { address, exam } = await openExamAt(primary);
  await withWorker(exam);
  const ids = await startAttempts(exam, 1, 5);
  await allIn(exam);
  const standby = await standbyOf(primary);
  closing.unshift(standby.stop);
  await caughtUp(primary, standby);
  const urls = urlsOf(standby.url, new URL(exam.database.url).pathname.slice(1));
  await (await apiAt(exam, urls)).isRefused('This database server is a standby');
  await stopReplication(standby);
  ids.push(...(await startAttempts(exam, 11, 40)));
  await allIn(exam); // Kafka has them, and the standby does not

  await stopPostgres(primary.dataDir);
  await promote(standby);
  address.leadTo(standby);
  await until(
    () =>
      startAttempts(exam, 100, 100).then(
        (id) => ids.push(...id) > 0,
        () => false,
      ),
    'commands succeed again',
  );
  ids.push(...(await startAttempts(exam, 101, 130)));
  const arrived = await allIn(exam);
  const expected = await exam.expected();
  expect(expected.filter(({ key }) => Number(key.split('/')[1]) >= 100).length).toBeGreaterThan(60);
  const idsOf = (messages: typeof arrived) => messages.map(({ headers }) => headers.ce_id);
  expect(idsOf(arrived)).toEqual(expect.arrayContaining(idsOf(expected)));
  expect(new Set(ids).size).toBe(ids.length);
  const store = new EventStore(exam.pool);
  const streams = new Set<string>();
  for await (const events of replay(exam.pool)) for (const { stream } of events) streams.add(stream);
  for (const stream of streams) expect(await store.verify(stream)).toBeUndefined();
  expect(streams).toContain('log');
  const ready = await exam.app.inject({ url: '/health/ready' });
  expect(ready.json()).toMatchObject({ status: 'ok', generation: 2, stopped: [] });
}, 180_000);

it('events that Kafka lost because it was restored to an older state are published again', async () => {
  const { exam } = await openExamAt({ url: sharedServer });
  const worker = await withWorker(exam);
  await startAttempts(exam, 1, 3);
  await allArriveInOrder(exam);
  await broker.stop();
  cpSync(dir, join(folder, 'saved'), { recursive: true });
  broker = await start(port);
  await startAttempts(exam, 11, 13);
  await allArriveInOrder(exam);
  await worker.close();

  await broker.stop();
  rmSync(dir, { recursive: true });
  renameSync(join(folder, 'saved'), dir);
  broker = await start(port);
  await withWorker(exam);
  await allArriveInOrder(exam);
}, 180_000);

it('an emptied Kafka gets nothing until an operator decides, and readiness reports it', async () => {
  const { exam } = await openExamAt({ url: sharedServer });
  await withWorker(exam);
  await startAttempts(exam, 1, 3);
  await allArriveInOrder(exam);
  await broker.stop();
  rmSync(dir, { recursive: true });
  broker = await start(port);
  await startAttempts(exam, 11, 13);
  await untilStopped(exam.pool, "Kafka lost the relay's checkpoint");
  const ready = await exam.app.inject({ url: '/health/ready' });
  expect(ready.json()).toMatchObject({
    status: 'ok',
    stopped: [{ follower: 'kafka', reason: expect.stringContaining('publish-from') }],
  });

  const relay = new Relay(exam.pool, exam.configuration);
  await relay.publishFrom('beginning');
  await relay.close();
  await allArriveInOrder(exam);
  await until(async () => (await stoppedAt(exam.pool)) === null, 'nothing is stopped');
}, 180_000);

function poolAt(server: Server, url: string): Database {
  const { pathname } = new URL(url);
  const pool = new Database({ connectionString: Object.assign(new URL(server.url), { pathname }).href, max: 5 });
  pool.on('error', () => {});
  closing.push(() => pool.end());
  return pool;
}

/** Copies rows as a dump does: with their positions in the log, and without sequences. */
async function copyRows(from: Database, copy: Database) {
  const to = await copy.connect();
  await to.query('set session_replication_role = replica'); // the copied rows include those that triggers wrote
  const { rows: tables } = await from.query(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
     and not relispartition and relname <> 'migrations'`,
  );
  for (const { name } of tables) {
    const { rows } = await from.query(`select row_to_json(t)::text as row from ${name} t`);
    const { rows: columns } = await from.query(
      `select string_agg(quote_ident(attname), ', ') as names from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
      [name],
    );
    const { names } = columns[0];
    for (const { row } of rows)
      await to.query(
        `insert into ${name} (${names}) overriding system value select ${names} from json_populate_record(null::${name}, $1)`,
        [row],
      );
  }
  to.release(true);
}
