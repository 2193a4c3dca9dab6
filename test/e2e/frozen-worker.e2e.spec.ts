import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { EventStore, start } from '../../libs/event-store/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { MailServer } from '../../libs/mail/src/testing.js';
import { PretendedProvider } from '../../libs/providers/src/testing.js';
import { courseId, openCourse, roster } from '../support/service.js';

const program = 'dist/test/support/worker.process.js';
if (!existsSync(program)) throw new Error(`${program} is missing: npm test builds it, and so does npm run build`);

const learners = Array.from({ length: 12 }, (_, index) => 100 + index);
const eventsOfEach = 25;

let provider: PretendedProvider;
let mails: MailServer;
let service: Awaited<ReturnType<typeof openCourse>>;
let examId: number;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  provider = await PretendedProvider.open();
  mails = new MailServer();
  await mails.open();
  const rest = { base_url: provider.url, client_id: 'lms', client_secret: 'secret', request_timeout: 15 };
  const users = learners.map((id) => ({ id, username: `u${id}`, email: `u${id}@example.org`, full_name: `u${id}` }));
  service = await openCourse(
    { midterm: {} },
    {
      environment: { SMTP_URL: mails.url },
      settings: { PROCTORING_BACKENDS: { DEFAULT: 'rest', rest }, DEFAULT_FROM_EMAIL: 'a@example.org' },
      roster: { ...roster, users: [...roster.users, ...users] },
    },
  );
  examId = service.exams.midterm;
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await service.close();
  await provider.close();
  await mails.close();
});

/** Starts a worker and collects its log. */
function startWorker() {
  const worker = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      DATABASE_URL: service.database.urls.worker,
      DATA_DIR: service.configuration.dataDir,
      PROCTORING_CONFIG: service.configuration.proctoringConfig,
      SMTP_URL: mails.url,
      LEASE_MS: '1500',
    },
  });
  workers.push(worker);
  const logged: string[] = [];
  worker.stdout.on('data', (text) => logged.push(String(text)));
  worker.stderr.on('data', (text) => logged.push(String(text)));
  return { worker, logged };
}

/** The process that leads, by task. */
async function leaders() {
  const { rows } = await service.database.owner.query('select name, holder from leases where expires_at > now()');
  return new Map<string, number>(rows.map(({ name, holder }) => [name, Number(holder.split(':')[1])]));
}

/** Appends events for the provider and the mailer. The provider gets learner and version, a mail has the event's id. */
async function append() {
  const store = new EventStore(service.database.pool);
  const versions = new Map<string, string>();
  for (const userId of learners) {
    const events = Array.from({ length: eventsOfEach }, (_, index) => ({
      type: 'AttemptStarted',
      data: {
        attemptId: userId,
        at: new Date().toISOString(),
        effects: [
          { kind: 'provider', action: 'start', provider: 'rest', attemptExternalId: `${userId}-${index + 1}` },
          { kind: 'mail', template: 'submitted' },
        ],
      },
    }));
    const metadata = { commandId: 'test', actor: { kind: 'user', userId }, userId, examId, courseId } as const;
    const stream = `attempts-${examId}-${userId}`;
    for (const { id, version } of await store.append([{ stream, after: start, events, metadata }]))
      versions.set(id, `${userId}-${version}`);
  }
  return versions;
}

/** Throws if an older event of a learner came after a newer one. Answers the number of repetitions. */
function repetitionsIn(delivered: string[]): number {
  let repeated = 0;
  const last = new Map<string, number>();
  for (const each of delivered) {
    const [learner, version] = each.split('-');
    const before = last.get(learner) ?? 0;
    const step = Number(version) - before;
    if (step !== 0 && step !== 1) throw new Error(`${learner}: ${version} came after ${before}`);
    if (step === 0) repeated++;
    last.set(learner, Number(version));
  }
  return repeated;
}

it('frozen workers are replaced, and after the thaw they send nothing that is older than what others sent', async () => {
  let versions = new Map<string, string>();
  const notified = () => provider.taken.flatMap(({ route }) => /^PATCH .*\/attempt\/([^/]+)\/$/.exec(route)?.[1] ?? []);
  const mailed = () =>
    mails.taken.flatMap(({ headers }) => versions.get(/^<([^@]+)@/.exec(headers['message-id'])?.[1] ?? '') ?? []);
  const tasks = ['provider rest', 'mail'];
  const first = startWorker();
  await until('the first worker leads', async () => {
    const now = await leaders();
    return tasks.every((task) => now.get(task) === first.worker.pid);
  });
  const begun = "select from checkpoints where name = 'mail'"; // it sends mail only for later events
  await until('the mailer begins', async () => (await service.database.owner.query(begun)).rowCount === 1);
  const second = startWorker();
  versions = await append();

  let [leader, other] = [first, second];
  let splits = 0;
  const all = learners.length * eventsOfEach;
  for (const share of [0.1, 0.4, 0.7]) {
    await until('a share is delivered', () => notified().length > share * all && mailed().length > share * all);
    if (notified().length >= all && mailed().length >= all) break;
    leader.worker.kill('SIGSTOP');
    const [notifiedThen, mailedThen] = [notified().length, mailed().length];
    await until('the other worker leads and delivers', async () => {
      const now = await leaders();
      const isLed = tasks.every((task) => now.get(task) === other.worker.pid);
      const isDelivered =
        (notifiedThen === all || notified().length > notifiedThen + 8) &&
        (mailedThen === all || mailed().length > mailedThen + 4);
      return isLed && isDelivered;
    });
    leader.worker.kill('SIGCONT');
    splits++;
    await until('the former leader logs it', () => leader.logged.join('').includes('No longer leads'));
    leader.logged.length = 0;
    [leader, other] = [other, leader];
  }
  expect(splits).toBeGreaterThan(0);
  await until('all is delivered', () => new Set(notified()).size === all && new Set(mailed()).size === all);
  const repeated = { provider: repetitionsIn(notified()), mail: repetitionsIn(mailed()) };
  console.info(`${splits} splits; repeated: ${JSON.stringify(repeated)}`);
  // The frozen worker had at most eight requests to the provider and four mails in progress.
  expect(repeated.provider).toBeLessThanOrEqual(8 * splits);
  expect(repeated.mail).toBeLessThanOrEqual(4 * splits);
}, 120_000);

it('operators and metrics see who leads, and a worker that ends gives up its leases at once', async () => {
  const { body } = await service.request(undefined, 'GET', '/metrics');
  expect(body).toMatch(/proctoring_leader\{task="mail",holder="[^"]+:\d+"\} 1/);
  const ops = spawn(process.execPath, ['dist/apps/cli/src/main.js', 'leaders', '--json'], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      DATABASE_URL: service.database.urls.worker,
      DATA_DIR: service.configuration.dataDir,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = String(Buffer.concat(await ops.stdout.toArray()))
    .trim()
    .split('\n');
  const listed = lines.map((line) => JSON.parse(line));
  expect(listed.map(({ task }) => task)).toEqual(
    expect.arrayContaining(['deadlines', 'mail', 'provider rest', 'registrations']),
  );
  expect(listed.find(({ task }) => task === 'mail')).toMatchObject({
    holder: expect.stringMatching(/:\d+$/),
    epoch: expect.any(Number),
    stopped: null,
  });
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  expect((await service.database.owner.query('select from leases')).rowCount).toBe(0);
}, 60_000);
