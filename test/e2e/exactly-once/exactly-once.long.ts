import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { KafkaJSError } from 'kafkajs';
import { startWorker } from '../../../apps/worker/src/worker.js';
import { startPostgres, stopPostgres } from '../../../libs/configuration/src/index.js';
import { topics } from '../../../libs/integration/src/index.js';
import { pythonWith } from '../../support/python.js';
import { inOrder, openExam, until, withAdmin } from '../../support/relay.exams.js';
import { actAtRandom, runAndKill, seededRandom } from '../../support/relay.kills.js';

const { startBroker, freePort } = await import(join(process.cwd(), 'scripts/kafka-broker.mjs'));

const kills = Number(process.env.KILLS ?? 50);
const leaderKills = 5;
const restarts = 2;
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const random = seededRandom(seed);
const python = pythonWith('confluent-kafka', ['confluent-kafka==2.16.1']);

const dir = mkdtempSync(join(tmpdir(), 'proctoring-exactly-once-'));
const nodes = [1, 2, 3];
const ports = await Promise.all([...nodes, ...nodes].map(() => freePort()));
const voters = nodes.map((node) => `${node}@127.0.0.1:${ports[2 + node]}`).join();
const start = (nodeId: number) =>
  startBroker({
    dir: join(dir, `broker-${nodeId}`),
    nodeId,
    port: ports[nodeId - 1],
    controllerPort: ports[2 + nodeId],
    voters,
    replication: 3,
    log() {},
  });
const brokers = nodes.map((node) => `127.0.0.1:${ports[node - 1]}`).join();
const dataDir = join(dir, 'postgres');

let cluster: any[];
let exam: Awaited<ReturnType<typeof openExam>>;

beforeAll(async () => {
  cluster = await Promise.all(nodes.map(start));
  process.env.TEST_DATABASE_URL = (await startPostgres({ dataDir, port: await freePort() })).url;
  exam = await openExam(brokers);
}, 180_000);
afterAll(async () => {
  await exam?.close();
  await Promise.all((cluster ?? []).map((broker) => broker.kill()));
  await stopPostgres(dataDir);
  rmSync(dir, { recursive: true });
}, 60_000);

/** Kills the broker that leads a partition of the topic of attempts, and starts it again a moment later. */
async function killTheLeader() {
  const topic = `${exam.prefix}proctoring.attempts.v1`;
  const partition = Math.floor(random() * 6);
  let leader = 0;
  // On a slow machine the topic may not exist yet.
  await until(async () => {
    const partitions = await withAdmin(brokers, (admin) => admin.fetchTopicMetadata({ topics: [topic] })).then(
      ({ topics }) => topics[0].partitions,
      (error: KafkaJSError) => {
        if (error.retriable) return [];
        throw error;
      },
    );
    leader = partitions[partition]?.leader ?? 0;
    return nodes.includes(leader);
  }, `a broker leads ${topic}`);
  await cluster[leader - 1].kill();
  await pause(1000 + random() * 4000);
  cluster[leader - 1] = await start(leader);
}

const run = { isOver: false, isDatabaseAway: false };

async function restartPostgres() {
  run.isDatabaseAway = true;
  await stopPostgres(dataDir);
  await startPostgres({ dataDir, port: Number(new URL(exam.database.url).port) });
  await until(
    () =>
      exam.pool.query('select 1').then(
        () => true,
        () => false,
      ),
    'the database is back',
  );
  run.isDatabaseAway = false;
}

type Arrived = {
  topic: string;
  partition: number;
  offset: number;
  key: string;
  headers: { ce_id: string };
  value: string;
};

function arrivedByLibrdkafka(): Arrived[] {
  const names = topics.map(({ name }) => exam.prefix + name);
  const program = [join(process.cwd(), 'test/e2e/exactly-once/reader.py'), brokers, ...names];
  const output = execFileSync(join(python, 'python'), program, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  return output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

const repeatedIn = (messages: { headers: Record<string, string> }[]) =>
  messages.length - new Set(messages.map(({ headers }) => headers.ce_id)).size;

it(`a consumer of committed messages gets each message once and in order, although servers are killed (SEED=${seed} KILLS=${kills})`, async () => {
  const running = Promise.all([actAtRandom(exam, random, run), actAtRandom(exam, random, run)]);
  running.catch(() => {});
  // Brokers and PostgreSQL restart at the same time, so that the relay is killed in all states of the cluster.
  const others = (async () => {
    for (let killed = 0; killed < leaderKills; killed++) {
      await pause(3000 + random() * 5000);
      await killTheLeader();
      if (killed < restarts) await restartPostgres();
    }
  })();
  others.catch(() => {});
  let relays = 0;
  for (; relays < kills; relays++) await runAndKill(exam, random);
  await others;
  run.isOver = true;
  await running;

  const worker = await startWorker(exam.configuration, exam.database.urls.worker);
  await exam.allIsPublished().finally(() => worker.close());

  const expected = await exam.expected();
  const arrived = arrivedByLibrdkafka();
  const ours = await exam.arrived();
  const [ids, expectedIds] = [arrived, expected].map((list) => new Set(list.map(({ headers }) => headers.ce_id)));
  const lost = [...expectedIds].filter((id) => !ids.has(id)).length;
  console.log(
    `SEED=${seed}: ${relays} relays, ${leaderKills} leaders killed, Postgres restarted ${restarts} times; ` +
      `${expected.length} messages, ${lost} lost, ${repeatedIn(arrived)} repeated (read by librdkafka), ` +
      `${repeatedIn(ours)} repeated (read by kafkajs)`,
  );
  expect(expected.length).toBeGreaterThan(1000);
  const unplaced = arrived.map(({ topic, key, headers, value }) => ({
    topic: topic.slice(exam.prefix.length),
    key,
    headers,
    value,
  }));
  expect(inOrder(unplaced)).toEqual(inOrder(expected));

  const { rows } = await exam.pool.query('select ce_id, topic, partition, "offset" from deliveries');
  const places = (list: { ce_id: string; topic: string; partition: number; offset: string | number }[]) =>
    list.map(({ ce_id, topic, partition, offset }) => `${ce_id} ${topic}/${partition}/${offset}`).sort();
  expect(places(rows)).toEqual(places(arrived.map((each) => ({ ...each, ce_id: each.headers.ce_id }))));
}, 1_800_000);
