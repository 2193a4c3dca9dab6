import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailServer } from '../../libs/mail/src/testing.js';
import { PretendedProvider, softwareSecureAt } from '../../libs/providers/src/testing.js';
import { openStartableDatabase } from './database.js';
import { openRegistry } from './planted.js';
import { clientOf, withAdmin } from './relay.exams.js';
import { type Person, tokenOf, tokenSettings } from './service.js';
import { startServiceProcess } from './service-process.js';
import { secretsOfSplitRoles } from './split-roles.js';

const brokers = process.env.KAFKA_BROKERS ?? '';
const callbackSecret = 'a-secret-of-the-path-of-RPNow-0123456789';
export const callback = `/api/edx_proctoring/proctoring_review_callback/${callbackSecret}/`;

/** Starts the service as a process with all connections: Kafka, the Open edX event bus, mail and two providers. */
export async function startConnectedService() {
  if (!brokers) throw new Error('KAFKA_BROKERS is not set: npm test starts a broker, and so does npm run kafka');
  const folder = mkdtempSync(join(tmpdir(), 'proctoring-connected-'));
  const prefix = `connected-${process.pid}-`;
  const topics = {
    enrollments: `${prefix}learning-course-enrollment-lifecycle`,
    unenrollments: `${prefix}course-unenrollment-lifecycle`,
    roles: `${prefix}learning-course-access-role-lifecycle`,
    retirements: `${prefix}learning-user-retirement-lifecycle`,
    courses: `${prefix}course-catalog-info-changed`,
  };
  await withAdmin(brokers, (admin) =>
    admin.createTopics({ topics: Object.values(topics).map((topic) => ({ topic, numPartitions: 1 })) }),
  );
  const [database, provider, registry] = await Promise.all([
    openStartableDatabase(),
    PretendedProvider.open(),
    openRegistry(),
  ]);
  const mail = new MailServer();
  await mail.open();
  const software_secure = { ...softwareSecureAt(provider.url), callback_secret: callbackSecret };
  const rest = { base_url: provider.url, client_id: 'lms', client_secret: 'secret' };
  const PROCTORING_BACKENDS = { DEFAULT: 'rest', rest, software_secure };
  const settings = { PROCTORING_BACKENDS, DEFAULT_FROM_EMAIL: 'exams@example.org' };
  const env = {
    ...{ ...database.environment, DATA_DIR: folder, NODE_OPTIONS: '', LOG_LEVEL: 'debug' },
    ...{ KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix, SCHEMA_REGISTRY_URL: registry.url },
    ...{ EVENT_BUS_INSECURE: 'on', EVENT_BUS_RETIREMENTS: 'on', SMTP_URL: mail.url },
    ...{ ...tokenSettings, ...secretsOfSplitRoles(folder, settings) },
  };
  const { child, url } = await startServiceProcess('service', folder, env);

  /** Sends a request and answers the response. */
  async function ask(person: Person | undefined, method: string, path: string, body?: unknown, headers: object = {}) {
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...(person ? { authorization: `JWT ${await tokenOf(person)}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.status, text: await answer.text() };
  }

  return {
    ...{ brokers, prefix, topics, database, provider, mail, registry, folder, ask },
    kafka: clientOf(brokers),
    /** Sends a request and expects status 200. */
    async done(...request: Parameters<typeof ask>) {
      const { status, text } = await ask(...request);
      expect({ request: request.slice(1, 4), status, text }).toMatchObject({ status: 200 });
      return text === '' ? undefined : JSON.parse(text);
    },
    query: async (text: string) => (await database.owner.query(text)).rows,
    cli: (args: string[], more: Record<string, string> = {}) =>
      spawnSync(process.execPath, ['dist/apps/cli/src/main.js', ...args], {
        env: { ...process.env, ...env, ...more },
        encoding: 'utf8',
      }),
    /** The output of the service. */
    log: () => readFileSync(join(folder, 'service.log'), 'utf8'),
    async close() {
      await child.stop();
      await Promise.all([provider.close(), mail.close(), database.close()]);
      registry.close();
      await withAdmin(brokers, async (admin) => {
        const ours = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
        await admin.deleteTopics({ topics: ours });
      });
      rmSync(folder, { recursive: true });
    },
  };
}

export type ConnectedService = Awaited<ReturnType<typeof startConnectedService>>;
