import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startWorker } from '../../apps/worker/src/worker.js';
import { StartAttempt } from '../../libs/domain/src/index.js';
import { inOrder, openExam, until } from '../support/relay.exams.js';

const { startBroker } = await import(join(process.cwd(), 'scripts/kafka-broker.mjs'));
const { java } = await import(join(process.cwd(), 'scripts/maven.mjs'));

const dir = mkdtempSync(join(tmpdir(), 'proctoring-kafka-access-'));
const keystore = join(dir, 'broker.p12');
const certificate = join(dir, 'broker.pem');
const keystorePassword = 'a password of the test';
const [username, password] = ['proctoring', 'another password'];

/** Makes a self-signed certificate for 127.0.0.1. */
function makeCertificate() {
  const keytool = java.includes('/') ? join(dirname(java), 'keytool') : 'keytool';
  const store = ['-keystore', keystore, '-storetype', 'PKCS12', '-storepass', keystorePassword, '-alias', 'broker'];
  const what = ['-keyalg', 'EC', '-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1', '-validity', '2'];
  const run = (...args: string[]) => execFileSync(keytool, [...args, ...store], { stdio: 'pipe' });
  run('-genkeypair', ...what);
  run('-exportcert', '-rfc', '-file', certificate);
}

let broker: Awaited<ReturnType<typeof startBroker>>;
let exam: Awaited<ReturnType<typeof openExam>>;
beforeAll(async () => {
  makeCertificate();
  broker = await startBroker({
    dir: join(dir, 'broker'),
    access: { keystore, keystorePassword, username, password },
    log() {},
  });
}, 120_000);
afterEach(() => exam.close());
afterAll(async () => {
  await broker?.stop();
  rmSync(dir, { recursive: true });
});

const openWith = (environment: Record<string, string>) =>
  openExam(broker.brokers, {
    KAFKA_TLS: 'on',
    KAFKA_TLS_CA: certificate,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_USERNAME: username,
    KAFKA_PASSWORD: password,
    ...environment,
  });
const someoneStarts = async () => {
  const learner = exam.learner(2);
  await learner.creates();
  await learner.by(StartAttempt);
  return startWorker(exam.configuration, exam.database.urls.worker);
};

it('messages reach a broker that requires TLS and a login', async () => {
  exam = await openWith({});
  const worker = await someoneStarts();
  await exam.allIsPublished().finally(() => worker.close());
  expect(inOrder(await exam.arrived())).toEqual(inOrder(await exam.expected()));
}, 120_000);

it('with a wrong password events wait in the log, and the failures are counted', async () => {
  exam = await openWith({ KAFKA_PASSWORD: 'guessed' });
  const worker = await someoneStarts();
  const failures = async () => {
    const { body } = await exam.request(undefined, 'GET', '/metrics');
    return Number(/proctoring_follower_failures_total\{follower="kafka"\} (\d+)/.exec(body)?.[1]);
  };
  await until(async () => (await failures()) > 1, 'it has failed twice').finally(() => worker.close());
  expect((await exam.lag()).events).toBeGreaterThan(0);
}, 120_000);
