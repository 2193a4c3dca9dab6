import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { startWorker } from '../../apps/worker/src/worker.js';
import { RemoveAttempt, StartAttempt, SubmitAttempt } from '../../libs/domain/src/index.js';
import { topics } from '../../libs/integration/src/index.js';
import { shared } from '../support/hooks.js';
import { byStaff, clientOf, inOrder, openExam, until, withAdmin } from '../support/relay.exams.js';
import { people } from '../support/service.js';

const names = topics.map(({ name }) => name);
const replays = names.map((name) => `${name}.replay`);

const exam = shared(() => openExam());
let brokers: string;
beforeAll(() => {
  brokers = exam.configuration.kafkaBrokers.join();
});

/** Runs a command as an operator does. Answers its exit code and the JSON of each line. */
async function run(...args: string[]) {
  const { dataDir } = exam.configuration;
  const child = spawn(process.execPath, ['dist/apps/cli/src/main.js', ...args, '--json'], {
    env: {
      ...process.env,
      DATABASE_URL: exam.database.urls.worker,
      DATA_DIR: dataDir,
      KAFKA_BROKERS: brokers,
      KAFKA_TOPIC_PREFIX: exam.prefix,
      NODE_OPTIONS: '',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const [out, code] = await Promise.all([text(child.stdout), ended]);
  const lines = out.split('\n').filter(Boolean);
  return { code, lines: lines.map((line) => JSON.parse(line)) };
}

it('an operator creates the topics with their partitions and retention', async () => {
  const dry = await run('topics', '--dry-run');
  expect(dry.lines.map(({ topic, made }) => [topic.slice(exam.prefix.length), made])).toEqual([
    ...names.map((name) => [name, true]),
    ['proctoring.log-checkpoints.v1', true],
    ['proctoring.relay-checkpoints', true],
  ]);
  const topic = `${exam.prefix}proctoring.credit.v1`;
  await withAdmin(brokers, async (admin) => expect(await admin.listTopics()).not.toContain(topic));
  expect((await run('topics')).lines[1]).toEqual({
    topic,
    partitions: 6,
    replicas: 3,
    retentionDays: 30,
    made: true,
    dryRun: false,
  });
  await withAdmin(brokers, async (admin) => {
    const configured = async (name: string, ...configNames: string[]) => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: 2, name: exam.prefix + name, configNames }],
      });
      return Object.fromEntries(
        resources[0].configEntries.map(({ configName, configValue }) => [configName, configValue]),
      );
    };
    expect(await configured('proctoring.credit.v1', 'retention.ms')).toEqual({ 'retention.ms': '2592000000' });
    expect(await configured('proctoring.relay-checkpoints', 'cleanup.policy')).toEqual({ 'cleanup.policy': 'compact' });
    const settings = ['cleanup.policy', 'retention.ms', 'retention.bytes'];
    expect(await configured('proctoring.log-checkpoints.v1', ...settings)).toEqual({
      ...{ 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' },
    });
    const { topics: described } = await admin.fetchTopicMetadata({ topics: [topic] });
    expect(described[0].partitions).toHaveLength(6);
  });
  expect((await run('topics')).lines.map(({ made }) => made)).not.toContain(true);
}, 120_000);

describe('when exams were taken', () => {
  const [alice, bob] = [2, 3];
  let attempt: number;
  beforeAll(async () => {
    for (const userId of [alice, bob]) {
      const learner = exam.learner(userId);
      await learner.creates();
      await learner.by(StartAttempt);
      await learner.by(SubmitAttempt);
      if (userId === alice) attempt = learner.id();
      else await learner.by(RemoveAttempt, {}, byStaff);
    }
    const worker = await startWorker(exam.configuration, exam.database.urls.worker);
    await exam.allIsPublished().finally(() => worker.close());
  });
  const deliveries = async (person: (typeof people)['staff' | 'alice']) =>
    exam.request(person, 'GET', `/api/audit/v1/attempts/${attempt}/deliveries`);

  it('an auditor sees where each message of each event is; a learner does not', async () => {
    expect((await deliveries(people.alice)).status).toBe(403);
    const { status, body } = await deliveries(people.staff);
    expect(status).toBe(200);
    const messagesOfAlice = (await exam.expected()).filter(
      ({ headers }) => headers.ce_subject === `attempts/${attempt}`,
    );
    expect(body.deliveries.map(({ ce_id }: any) => ce_id).sort()).toEqual(
      messagesOfAlice.map(({ headers }) => headers.ce_id).sort(),
    );
    expect(body.deliveries.map(({ event_type }: any) => event_type)).toEqual(
      expect.arrayContaining(['AttemptCreated', 'AttemptStarted', 'AttemptSubmitted']),
    );
    const places = new Map<string, string>();
    const consumer = clientOf(brokers).consumer({ groupId: `${exam.prefix}auditor` });
    await consumer.connect();
    await consumer.subscribe({ topics: names.map((name) => exam.prefix + name), fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ topic, partition, message: { headers, offset } }) =>
        void places.set(String(headers!.ce_id), `${topic}/${partition}/${offset}`),
    });
    await until(async () => messagesOfAlice.every(({ headers }) => places.has(headers.ce_id)), 'all messages are read');
    await consumer.disconnect();
    for (const { ce_id, topic, partition, offset } of body.deliveries)
      expect(`${topic}/${partition}/${offset}`).toBe(places.get(ce_id));
    const tree = await exam.request(people.staff, 'GET', `/api/audit/v1/attempts/${attempt}/consequences`);
    const messages = tree.body.commands
      .flatMap(({ events }: any) => events)
      .flatMap(({ consequences }: any) => consequences.filter(({ kind }: any) => kind === 'message'));
    expect(new Set(messages.map(({ state }: any) => state))).toEqual(new Set(['done']));
    const receipts = messages.flatMap((each: any) => each.receipts);
    expect(new Set(receipts.map(({ ce_id, offset }: any) => `${ce_id} ${offset}`))).toEqual(
      new Set(body.deliveries.map(({ ce_id, offset }: any) => `${ce_id} ${offset}`)),
    );
  });

  it('messages about a learner are published again to replay topics', async () => {
    const live = await exam.arrived();
    expect((await run('replay', '--user', `${alice}`, '--publish', '--dry-run')).lines[0]).toMatchObject({
      into: 'replay',
      events: 3,
      messages: 0,
    });
    const { code, lines } = await run('replay', '--user', `${alice}`, '--publish');
    const ofAlice = (await exam.expected()).filter(({ key }) => key.endsWith(`/${alice}`));
    expect({ code, lines }).toMatchObject({
      code: 0,
      lines: [{ into: 'replay', events: 3, messages: ofAlice.length }],
    });
    const again = (await exam.arrived(replays)).map((message) => ({
      ...message,
      topic: message.topic.replace(/\.replay$/, ''),
    }));
    expect(inOrder(again)).toEqual(inOrder(ofAlice));
    expect(inOrder(await exam.arrived())).toEqual(inOrder(live));
    expect((await deliveries(people.staff)).body.deliveries).toHaveLength(2 * ofAlice.length);
  }, 120_000);

  it('messages are published again to the live topics only if the operator says so', async () => {
    const before = await exam.arrived();
    const { rows } = await exam.pool.query("select max(recorded_at) + interval '1 ms' as later from events");
    expect((await run('replay', '--until', rows[0].later.toISOString(), '--live')).code).toBe(2);
    const { lines } = await run('replay', '--until', rows[0].later.toISOString(), '--publish', '--live');
    expect(lines[0]).toMatchObject({ into: 'live', messages: before.length });
    expect(await exam.arrived()).toHaveLength(2 * before.length);
  }, 120_000);

  it('a consumer gets a list of the messages that it has not acknowledged', async () => {
    const acknowledgements = `${exam.prefix}credit-service-acknowledgements`;
    const topic = `${exam.prefix}proctoring.credit.v1`;
    const credit = (await exam.expected()).filter((message) => message.topic === 'proctoring.credit.v1');
    await withAdmin(brokers, (admin) => admin.createTopics({ topics: [{ topic: acknowledgements }] }));
    const producer = clientOf(brokers).producer();
    await producer.connect();
    const acknowledge = (messages: typeof credit) =>
      producer.send({
        topic: acknowledgements,
        messages: messages.map(({ headers: { ce_id } }) => ({ value: 'done', headers: { ce_id } })),
      });
    const until = new Date(Date.now() + 60_000).toISOString();
    const reconcile = async () => {
      const { code, lines } = await run(
        'reconcile',
        ...['--topic', topic],
        ...['--acknowledgements', acknowledgements],
        ...['--until', until],
      );
      return { code, lacking: new Set(lines.map(({ ceId }) => ceId)) };
    };
    const [last, ...others] = [...credit].reverse();
    await acknowledge(others);
    expect(await reconcile()).toEqual({ code: 1, lacking: new Set([last.headers.ce_id]) });
    await acknowledge([last]);
    await producer.disconnect();
    expect(await reconcile()).toEqual({ code: 0, lacking: new Set() });
  }, 120_000);
});
