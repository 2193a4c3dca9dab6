import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SignJWT } from 'jose';
import pg from 'pg';
import { startPostgres } from '../../libs/configuration/src/embedded-postgres.js';
import type { Release } from '../../libs/domain/src/index.js';
import { migrateWithLogins, urlsOf } from '../support/database.js';
import { keyEncryptionKey } from '../support/split-roles.js';
import { Child, freePort } from './child.js';
import type { Clock } from './clock.js';
import { PublishedEffects } from './published-effects.js';
import { cookieSecret, type Server, send, type User } from './server.js';
import type { SettingsChange } from './step.js';

/** A part of the path of reviews by Software Secure. The reference accepts such reviews from everybody, without a secret. */
const callbackSecret = 'a-secret-of-the-path-of-the-conformance-test';

const secret = 'a secret of the conformance test, long enough for HS256';

/** The settings of the reference. */
const settings = {
  SITE_NAME: 'lms.example.org',
  PLATFORM_NAME: 'Example Platform',
  LEARNING_MICROFRONTEND_URL: 'https://learning.example.org',
  CONTACT_EMAIL: 'contact@example.org',
  TECH_SUPPORT_EMAIL: 'tech-support@example.org',
  SECRET_KEY: cookieSecret,
  PROCTORING_USER_OBFUSCATION_KEY: 'oracle-obfuscation-key',
  RATE_LIMITS: { ANONYMOUS: { requests: 1_000_000, seconds: 1 } },
  LMS_ROOT_URL: 'https://lms.example.org',
  PROCTORING_SETTINGS: {
    LINK_URLS: {
      online_proctoring_rules: 'https://example.org/rules',
      faq: 'https://example.org/faq',
      contact_us: 'https://example.org/contact',
      tech_requirements: 'https://example.org/requirements',
    },
  },
};

/** The providers of the reference, at the service's own stub. */
const providersAt = (url: string) => ({
  DEFAULT: 'test',
  test: {},
  null: {},
  mock: {},
  rest: {
    base_url: url,
    client_id: 'oracle-client',
    client_secret: 'oracle-client-secret',
    verbose_name: 'Stub REST Provider',
    npm_module: 'oracle_app',
    help_center_article_url: 'https://provider.example.org/help',
    tech_support_email: 'support@provider.example.org',
    tech_support_phone: '+1 555 0100',
    integration_specific_email: 'integration@example.org',
    learner_notification_from_email: 'notify@provider.example.org',
  },
  software_secure: {
    secret_key_id: 'oracle-key-id',
    secret_key: '0123456789ABCDEF0123456789ABCDEF01234567',
    crypto_key: '123456789012345678901234',
    exam_register_endpoint: `${url}/ssi/register`,
    organization: 'oracle-org',
    exam_sponsor: 'oracle-sponsor',
    software_download_url: 'https://provider.example.org/ssi/download',
    send_email: true,
    video_review_aes_key: '00112233445566778899AABBCCDDEEFF',
    callback_secret: callbackSecret,
    recording_hosts: ['video.example.org'],
  },
});

export type Service = Server & { env: Record<string, string> };

/**
 * Starts the built service on an empty database. Its time of decisions stands still, like the clock of the reference. A relay
 * publishes to KAFKA_BROKERS if that is set.
 */
export async function startService(dir: string, clock: Clock, release: Release): Promise<Service> {
  const dataDir = join(dir, 'service');
  mkdirSync(dataDir);
  const referenceDir = resolve(process.env.ORACLE_DIR || '../shared/oracle');
  const providerPort = await freePort();
  const stub = ['python3', join(referenceDir, 'provider_stub.py')];
  const provider = new Child('provider', dir, stub, { ORACLE_PROVIDER_PORT: String(providerPort) });
  await provider.answers(providerPort, '/_provider/state');
  const database = await startPostgres({ dataDir: join(dir, 'postgres'), settings: { fsync: 'off' } });
  const urls = urlsOf(database.url, 'postgres');
  await migrateWithLogins(urls);
  const { KAFKA_BROKERS: brokers } = process.env;
  const port = await freePort();
  const settingsFile = join(dataDir, 'settings.json');
  const logSigningKeyFile = join(dataDir, 'log-signing-key');
  writeFileSync(logSigningKeyFile, keyEncryptionKey);
  const env = {
    HOST: '127.0.0.1',
    PORT: String(port),
    ROLE: 'api',
    KAFKA_BROKERS: '',
    DATABASE_URL: urls.both,
    MIGRATION_DATABASE_URL: urls.owner,
    DATA_DIR: dataDir,
    JWT_SECRET: secret,
    JWT_AUDIENCE: 'exam-proctoring',
    JWT_ISSUER: 'conformance',
    PROCTORING_CONFIG: settingsFile,
    KEY_ENCRYPTION_KEYS: `data-dir:${keyEncryptionKey}`,
    ERASURE_SIGNING_KEY: keyEncryptionKey,
    LOG_SIGNING_KEY_FILE: logSigningKeyFile,
    REFERENCE_RELEASE: release,
    TZ: 'UTC',
  };
  let current: Fields = {
    ...settings,
    PROCTORING_BACKENDS: providersAt(`http://127.0.0.1:${providerPort}`),
    WEBPACK_LOADER: {
      WORKERS: { BUNDLE_DIR_NAME: 'bundles/', STATS_FILE: join(referenceDir, 'webpack-worker-stats.json') },
    },
  };
  const start = async () => {
    writeFileSync(settingsFile, JSON.stringify(current));
    const child = new Child('service', dir, [process.execPath, 'dist/apps/main.js'], env);
    await child.answers(port, '/health/ready');
    return child;
  };
  let service = await start();
  const owner = new pg.Client(database.url);
  await owner.connect();
  let shown = '';
  /** Sets the time of decisions to the clock. The request makes the service read it. */
  const setClock = async () => {
    const at = clock.now.toISOString();
    if (at === shown) return;
    await owner.query(`create or replace function decision_time(at timestamptz) returns timestamptz
      language sql stable as $$ select timestamptz '${at}' $$`);
    await send(port, { method: 'GET', path: '/health/ready' });
    shown = at;
  };
  const published = brokers ? await PublishedEffects.start(urls.both, brokers) : undefined;
  const operator = { id: 500, username: 'conformance', email: '', full_name: '', is_staff: true, is_superuser: true };
  return {
    name: 'service',
    env,
    async ask({ as, headers, path, ...request }) {
      await setClock();
      return send(port, {
        ...request,
        path: path.replace(/proctoring_review_callback\/$/, `$&${callbackSecret}/`),
        headers: { ...headers, ...(as && { Authorization: `JWT ${await tokenOf(as)}` }) },
      });
    },
    async seed({ review_policies = [], ...roster }) {
      await setClock();
      const headers = { 'Content-Type': 'application/json', Authorization: `JWT ${await tokenOf(operator)}` };
      // The reference has no request for review policies, but its seed can create them.
      for (const { exam_id, review_policy } of review_policies as { exam_id: number; review_policy: string }[]) {
        const path = `/api/lms/v1/exams/${exam_id}/review_policy`;
        await send(port, { method: 'PUT', path, headers, body: JSON.stringify({ review_policy }) });
      }
      const body = JSON.stringify(roster);
      const answer = await send(port, { method: 'PUT', path: '/api/lms/v1/roster', headers, body });
      if (answer.status !== 200) throw new Error(`The service refused ${body}: ${JSON.stringify(answer)}`);
    },
    async configure(change) {
      current = changed(current, change);
      await service.stop();
      service = await start();
    },
    async operate(command) {
      await setClock();
      const operator = new Child(
        'operator',
        dir,
        [process.execPath, 'dist/apps/cli/src/main.js', ...command, '--json'],
        env,
      );
      return { status: (await operator.ended()) === 0 ? 200 : 400, body: operator.lines() };
    },
    provider: (request) => send(providerPort, request),
    effects: async (since) => published?.since(since),
    async stop() {
      await owner.end();
      await published?.stop();
    },
  };
}

type Fields = Record<string, any>;

/** The settings after a change in the format of the reference. */
function changed(
  file: Fields,
  { proctoring_settings, settings, constants, backends, switches }: SettingsChange,
): Fields {
  const { mock, ...providers } = file.PROCTORING_BACKENDS;
  const { ONBOARDING_PROFILE_API, ...others } = constants ?? {};
  const test = { ...providers.test, ...backends?.test };
  if (Array.isArray(test.register_error)) [test.register_error] = test.register_error;
  return {
    ...file,
    ...settings,
    ...others,
    ...(ONBOARDING_PROFILE_API !== undefined && { USE_ONBOARDING_PROFILE_API: ONBOARDING_PROFILE_API }),
    PROCTORING_SETTINGS: { ...file.PROCTORING_SETTINGS, ...proctoring_settings },
    PROCTORING_BACKENDS: {
      ...providers,
      ...(mock && backends?.mock !== null ? { mock } : {}),
      rest: { ...providers.rest, ...backends?.rest },
      test: Object.fromEntries(Object.entries(test).filter(([, value]) => value !== null)),
    },
    SWITCHES: { ...file.SWITCHES, ...switches },
  };
}

const tokens = new Map<number, Promise<string>>();

function tokenOf(user: User): Promise<string> {
  const token =
    tokens.get(user.id) ??
    new SignJWT({
      user_id: user.id,
      preferred_username: user.username,
      email: user.email,
      name: user.full_name,
      administrator: user.is_staff ?? false,
      superuser: user.is_superuser ?? false,
      roles: user.groups ?? [],
    })
      .setProtectedHeader({ alg: 'HS256' })
      .setAudience('exam-proctoring')
      .setIssuer('conformance')
      .setExpirationTime(Date.parse('2099-01-01T00:00:00Z') / 1000)
      .sign(new TextEncoder().encode(secret));
  tokens.set(user.id, token);
  return token;
}
