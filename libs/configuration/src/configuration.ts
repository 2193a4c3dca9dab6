import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isLongerThan, type Release, releases } from '#domain';
import { isNetwork } from '#providers';
import { allowing, oneOf, type Shape, shape, Wrong } from '#shapes';
import { readSettings, type Settings } from './settings.js';

type KeyEncryptionKey = { id: string; key: Buffer };

/** Everything the service is told from outside: the environment's variables, and the settings file's content. Nest injects it. */
export abstract class Configuration {
  readonly host: string;
  readonly port: number;
  readonly operationsPort?: number;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly docs: 'on' | 'off';
  readonly metrics: 'on' | 'off';
  readonly corsOrigins: string[];
  readonly trustedProxies: string[];
  readonly role: 'all' | 'api' | 'worker';
  readonly databaseUrl?: string;
  readonly workerDatabaseUrl?: string;
  readonly migrationDatabaseUrl?: string;
  /** An absolute path. */
  readonly dataDir: string;
  /** `host:port` each; empty when there is no Kafka. */
  readonly kafkaBrokers: string[];
  readonly kafkaTopicPrefix: string;
  readonly kafkaTransactions: 'on' | 'off';
  readonly kafkaTls: 'on' | 'off';
  /** An absolute path. */
  readonly kafkaTlsCa?: string;
  readonly kafkaSaslMechanism?: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly kafkaUsername?: string;
  readonly kafkaPassword?: string;
  readonly schemaRegistryUrl?: string;
  readonly eventBusTopics: string[];
  readonly eventBusInsecure: 'on' | 'off';
  readonly eventBusRetirements: 'on' | 'off';
  readonly jwtSecret?: string;
  /** Newest first. */
  readonly keyEncryptionKeys?: KeyEncryptionKey[];
  readonly erasureSigningKey?: Buffer;
  /** An absolute path. */
  readonly logSigningKeyFile?: string;
  /** An absolute path. */
  readonly logCheckpointFile?: string;
  readonly logOrigin?: string;
  readonly witnesses: { vkey: string; url: string }[];
  readonly witnessQuorum?: number;
  readonly witnessTimeoutSeconds: number;
  readonly unwitnessedMaxSeconds: number;
  /** An absolute path. */
  readonly witnessedCheckpointFile?: string;
  /** An absolute path. */
  readonly accessTokenKeyFile?: string;
  readonly jwtJwks?: { keys: object[] };
  readonly jwtJwksUrl?: string;
  readonly jwtAudience?: string;
  readonly jwtIssuer?: string;
  readonly smtpUrl?: string;
  /** An absolute path. */
  readonly mailTemplates?: string;
  readonly drainDelay: number;
  readonly idempotencyDays: number;
  readonly accessLogDays: number;
  /** The release of edx-proctoring whose rules apply. */
  readonly referenceRelease: Release;
  readonly appealDays: number;
  readonly appealAnswerDays: number;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
  readonly proctoringConfig?: string;
  readonly settings: Settings;
}

type Environment = Omit<Configuration, 'settings'>;

type Variable<T> = Shape<T> & { name: string; default?: string; secret?: true; means: string };

const anyText = shape<string>('a text', (text) => text);
const wholeNumber = (least: number, most: number) =>
  shape(`a whole number from ${least} to ${most}`, (text: string) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return number >= least && number <= most ? number : undefined;
  });
const path = shape('a path', (text: string) => resolve(text));
const isUrl = (text: string, ...protocols: string[]) =>
  protocols.some((protocol) => text.startsWith(`${protocol}://`)) && URL.canParse(text);
const urlOf = (expects: string, ...protocols: string[]) =>
  allowing<string>(expects, (text) => isUrl(text, ...protocols));
const webAddress = urlOf('an http:// or https:// address', 'http', 'https');
const databaseAddress = urlOf(
  'an address such as postgres://user:password@host:5432/database',
  'postgres',
  'postgresql',
);
const listOf = (expects: string, allows: (item: string) => boolean) =>
  shape(expects, (text: string) => {
    const items = text.split(',').flatMap((item) => item.trim() || []);
    return items.every(allows) ? items : undefined;
  });

export const variables: { [Field in keyof Environment]-?: Variable<Environment[Field]> } = {
  host: {
    name: 'HOST',
    default: '127.0.0.1',
    ...anyText,
    means: 'Address to listen on; `0.0.0.0` in a container.',
  },
  port: {
    name: 'PORT',
    default: '3000',
    ...wholeNumber(0, 65535),
    means: 'Port to listen on; 0 takes a free one.',
  },
  operationsPort: {
    name: 'OPERATIONS_PORT',
    ...wholeNumber(0, 65535),
    means: 'A second port, which serves `/docs`, `/metrics` and `/health`; then `PORT` does not serve the first two.',
  },
  publicUrl: {
    name: 'PUBLIC_URL',
    default: 'http://localhost:3000',
    ...shape('an http:// or https:// address without a path', (text: string) =>
      isUrl(text, 'http', 'https') && new URL(text).pathname === '/' ? new URL(text).origin : undefined,
    ),
    means:
      'Address under which browsers, the LMS and LTI tools reach the service. It is the issuer of access tokens and LTI messages.',
  },
  docs: { name: 'DOCS', default: 'on', ...oneOf('on', 'off'), means: 'Whether `/docs` and `/docs-json` are served.' },
  metrics: { name: 'METRICS', default: 'on', ...oneOf('on', 'off'), means: 'Whether `/metrics` is served.' },
  corsOrigins: {
    name: 'CORS_ORIGINS',
    default: '',
    ...listOf(
      'origins such as https://apps.example.org, several separated by commas',
      (origin) => isUrl(origin, 'http', 'https') && new URL(origin).origin === origin,
    ),
    means:
      'Sites whose pages may call the service with the cookies of their users: the micro front ends. Without it only pages of its own site can.',
  },
  trustedProxies: {
    name: 'TRUSTED_PROXIES',
    default: '',
    ...listOf('addresses or networks such as 10.0.0.0/8, several separated by commas', isNetwork),
    means:
      'Proxies in front of the service. Only their `X-Forwarded-For` says from which address a request comes; rate limits count by it.',
  },
  role: {
    name: 'ROLE',
    default: 'all',
    ...oneOf('all', 'api', 'worker'),
    means:
      '`api` answers requests. `worker` runs the subscriptions and timed tasks (Kafka, mail, deadlines). `all` does both in one process.',
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    ...databaseAddress,
    secret: true,
    means:
      'The PostgreSQL database. Its user owns nothing: [operations](operations.md#database). Without it PostgreSQL runs in `DATA_DIR`.',
  },
  workerDatabaseUrl: {
    name: 'WORKER_DATABASE_URL',
    ...databaseAddress,
    secret: true,
    means:
      "The same database with the user of the worker and of operators' commands. Without it they use `DATABASE_URL`, whose user then has the rights of both.",
  },
  migrationDatabaseUrl: {
    name: 'MIGRATION_DATABASE_URL',
    ...databaseAddress,
    secret: true,
    means:
      'The same database with the user that owns the tables: a start migrates as it, and makes the other users where it may. `npm run rebuild` and `adopt-log` need it. Without it a start only checks that nothing is left to migrate.',
  },
  dataDir: {
    name: 'DATA_DIR',
    default: '.data',
    ...path,
    means: "Folder of what the service keeps itself: PostgreSQL's data, secrets it made, Kafka for `npm run kafka`.",
  },
  kafkaBrokers: {
    name: 'KAFKA_BROKERS',
    default: '',
    ...listOf('host:port, several separated by commas', (broker) => /^[\w.-]+:\d{1,5}$/.test(broker)),
    means: 'The addresses of the Kafka brokers. Without them messages wait in the log and are published later.',
  },
  kafkaTopicPrefix: {
    name: 'KAFKA_TOPIC_PREFIX',
    default: '',
    ...allowing<string>("at most 100 letters, digits and '.', '_', '-'", (text) => /^[\w.-]{0,100}$/.test(text)),
    means: "A prefix of every topic's name.",
  },
  kafkaTransactions: {
    name: 'KAFKA_TRANSACTIONS',
    default: 'on',
    ...oneOf('on', 'off'),
    means:
      'With `on`, consumers that read only committed messages get each message once, even after a crash. With `off` a message may come again, with the same `ce_id`.',
  },
  kafkaTls: {
    name: 'KAFKA_TLS',
    default: 'off',
    ...oneOf('on', 'off'),
    means: 'Whether connections to Kafka are encrypted.',
  },
  kafkaTlsCa: {
    name: 'KAFKA_TLS_CA',
    ...path,
    means: "File with the certificates (PEM) that Kafka's must be signed by; else the system's.",
  },
  kafkaSaslMechanism: {
    name: 'KAFKA_SASL_MECHANISM',
    ...oneOf('plain', 'scram-sha-256', 'scram-sha-512'),
    means: 'How the service authenticates to Kafka. Needs `KAFKA_USERNAME` and `KAFKA_PASSWORD`.',
  },
  kafkaUsername: { name: 'KAFKA_USERNAME', ...anyText, means: 'The user name for Kafka.' },
  kafkaPassword: { name: 'KAFKA_PASSWORD', ...anyText, secret: true, means: 'The password for Kafka.' },
  schemaRegistryUrl: {
    name: 'SCHEMA_REGISTRY_URL',
    ...webAddress,
    secret: true,
    means:
      'The schema registry of the Open edX event bus, with the protocol of Confluent. The address may contain user and password. With it and Kafka, the service publishes exam attempts to the event bus and reads the bus.',
  },
  eventBusTopics: {
    name: 'EVENT_BUS_TOPICS',
    default:
      'learning-course-enrollment-lifecycle,course-unenrollment-lifecycle,learning-course-access-role-lifecycle,learning-user-retirement-lifecycle,course-catalog-info-changed',
    ...shape("names of topics (letters, digits, '.', '_', '-') separated by commas", (text: string) => {
      const topics = text.split(',').map((topic) => topic.trim());
      return topics.every((topic) => /^[\w.-]{1,140}$/.test(topic)) ? topics : undefined;
    }),
    means:
      'Topics of the event bus with enrolments, course roles, retirements and the catalogue. The service waits for missing ones.',
  },
  eventBusInsecure: {
    name: 'EVENT_BUS_INSECURE',
    default: 'off',
    ...oneOf('on', 'off'),
    means:
      'With `off`, the event bus needs `KAFKA_TLS`, `KAFKA_SASL_MECHANISM` and an https:// `SCHEMA_REGISTRY_URL`. With `on` it works without them, and everybody who can reach Kafka or the registry can enrol learners and make course staff.',
  },
  eventBusRetirements: {
    name: 'EVENT_BUS_RETIREMENTS',
    default: 'off',
    ...oneOf('on', 'off'),
    means:
      'Whether a message on the event bus may retire a learner, which cannot be undone. With `off` such a message is logged and ignored.',
  },
  jwtSecret: {
    name: 'JWT_SECRET',
    ...allowing<string>(
      'at least 32 bytes, and not a text of an example',
      (text) => Buffer.byteLength(text) >= 32 && !/change-?me/i.test(text),
    ),
    secret: true,
    means: 'Secret of tokens signed with HS256. Without any token key the service makes one in `DATA_DIR`.',
  },
  keyEncryptionKeys: {
    name: 'KEY_ENCRYPTION_KEYS',
    ...shape('pairs id:key separated by commas, each key 32 bytes as base64, each id once', (text: string) => {
      const keys = text.split(',').map((pair) => {
        const [, id = '', key = ''] = /^([\w-]{1,40}):([\w+/-]{43}=?)$/.exec(pair.trim()) ?? [];
        return { id, key: Buffer.from(key, 'base64') };
      });
      const ids = new Set(keys.map(({ id }) => id));
      return ids.size === keys.length && keys.every(({ key }) => key.length === 32) ? keys : undefined;
    }),
    secret: true,
    means:
      'Keys that wrap the learner keys, the newest first. A copy of the database alone decrypts nothing. Keep the old ones until `npm run ops -- rewrap` has run. Without it one is made in `DATA_DIR`; its id is `data-dir`.',
  },
  erasureSigningKey: {
    name: 'ERASURE_SIGNING_KEY',
    ...shape('32 bytes as base64', (text: string) =>
      /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined,
    ),
    secret: true,
    means: 'Seed of the Ed25519 key that signs erasure certificates. Without it one is made in `DATA_DIR`.',
  },
  logSigningKeyFile: {
    name: 'LOG_SIGNING_KEY_FILE',
    ...path,
    means:
      'File of the Ed25519 keys that sign the checkpoints of the Merkle log: a seed of 32 bytes as base64 in each line, the newest first. Only the worker may read it. Without it one is made in `DATA_DIR`.',
  },
  logCheckpointFile: {
    name: 'LOG_CHECKPOINT_FILE',
    ...path,
    means:
      'File to which the worker appends each signed checkpoint of the Merkle log. Keep it apart from the database: it shows when the database lost its newest events. Without it and without `LOG_SIGNING_KEY_FILE` the file is in `DATA_DIR`.',
  },
  logOrigin: {
    name: 'LOG_ORIGIN',
    ...shape('at most 200 letters, digits and . _ / : -', (text: string) =>
      /^[\w./:-]{1,200}$/.test(text) ? text : undefined,
    ),
    means:
      'Name of the log in its signed checkpoints, such as exams.example.org/log. The number of the tree follows it. Without it the name is `proctoring/<log id>`.',
  },
  witnesses: {
    name: 'WITNESSES',
    default: '',
    ...shape('pairs of a verifier key for cosignatures and an http(s) address, separated by commas', (text: string) => {
      const pairs = text.split(',').flatMap((pair) => pair.trim() || []);
      const witnesses = pairs.map((pair) => {
        const [, vkey, url] = /^([^\s+]+\+[0-9a-f]{8}\+B[A-P][\w+/]{42}) (\S+)$/.exec(pair) ?? [];
        return vkey && url && isUrl(url, 'http', 'https') ? [{ vkey, url: url.replace(/\/$/, '') }] : [];
      });
      const keys = new Set(witnesses.flat().map(({ vkey }) => vkey));
      return keys.size === pairs.length ? witnesses.flat() : undefined;
    }),
    means:
      'The witnesses that cosign the signed checkpoints of the Merkle log (C2SP tlog-witness): the verifier key, a space, and the address before `/add-checkpoint` of each.',
  },
  witnessQuorum: {
    name: 'WITNESS_QUORUM',
    ...wholeNumber(1, 50),
    means: 'How many of the witnesses must have cosigned a checkpoint. Without it all must.',
  },
  witnessTimeoutSeconds: {
    name: 'WITNESS_TIMEOUT_SECONDS',
    default: '5',
    ...wholeNumber(1, 60),
    means: 'Seconds after which a witness that does not answer is asked anew.',
  },
  unwitnessedMaxSeconds: {
    name: 'UNWITNESSED_MAX_SECONDS',
    default: '300',
    ...wholeNumber(30, 86_400),
    means:
      'Seconds for which signed checkpoints may lack witnesses. After that `/health/ready` and a metric say so; the service works on.',
  },
  witnessedCheckpointFile: {
    name: 'WITNESSED_CHECKPOINT_FILE',
    ...path,
    means:
      'File to which the worker appends each signed checkpoint that enough witnesses cosigned. Keep it on another machine or on a disk that cannot be overwritten.',
  },
  accessTokenKeyFile: {
    name: 'ACCESS_TOKEN_KEY_FILE',
    ...path,
    means:
      'File of the RSA keys of access tokens to exams, as a JSON Web Key Set. The first key signs, so it is private; the LMS accepts them all: `/.well-known/jwks.json`. Without the file one key is made in `DATA_DIR`; with `ROLE=api` there is none.',
  },
  jwtJwks: {
    name: 'JWT_JWKS',
    ...shape('a JSON Web Key Set: {"keys": [...]} with at least one key', (text: string) => {
      try {
        const { keys } = JSON.parse(text);
        return Array.isArray(keys) && keys.length > 0 && keys.every((key) => typeof key?.kty === 'string')
          ? { keys }
          : undefined;
      } catch {
        return undefined;
      }
    }),
    secret: true,
    means: 'Public keys of tokens signed with RSA, elliptic curves or EdDSA.',
  },
  jwtJwksUrl: {
    name: 'JWT_JWKS_URL',
    ...webAddress,
    means: 'The URL from which those keys are fetched instead.',
  },
  jwtAudience: {
    name: 'JWT_AUDIENCE',
    ...anyText,
    means: 'The `aud` that a token must have. Required with any of the keys above.',
  },
  jwtIssuer: {
    name: 'JWT_ISSUER',
    ...anyText,
    means: 'The `iss` that a token must have. Required with any of the keys above.',
  },
  smtpUrl: {
    name: 'SMTP_URL',
    ...urlOf('an address such as smtp://user:password@host:587 or smtps://host:465', 'smtp', 'smtps'),
    secret: true,
    means:
      'The mail server. The connection is encrypted if the server can; `?requireTLS=true` requires that. The first start with it sends mail for later events only. Without it after that, mails wait in the log.',
  },
  mailTemplates: {
    name: 'MAIL_TEMPLATES',
    ...path,
    means: 'Folder of mail texts that replace our own: [mail.md](mail.md).',
  },
  drainDelay: {
    name: 'DRAIN_DELAY',
    default: '5',
    ...wholeNumber(0, 600),
    means:
      'Seconds after SIGTERM in which requests are still served while `/health/ready` answers 503, so that load balancers stop sending. Longer than they take to notice.',
  },
  idempotencyDays: {
    name: 'IDEMPOTENCY_DAYS',
    default: '30',
    ...wholeNumber(1, 3650),
    means: 'Days for which the answer to an `Idempotency-Key` is kept. After that the key counts as new.',
  },
  accessLogDays: {
    name: 'ACCESS_LOG_DAYS',
    default: '400',
    ...wholeNumber(30, 3650),
    means: 'Days for which the access log is kept. It records reads, changes, exports and refusals.',
  },
  referenceRelease: {
    name: 'REFERENCE_RELEASE',
    default: '4.16',
    ...oneOf(...(Object.keys(releases) as Release[])),
    means:
      'The release of edx-proctoring whose rules apply. With `6.1` staff remove an attempt only if its provider confirms the removal, a passing review of an attempt that was never submitted is an error, and mails of results name neither learner nor exam in greeting and subject.',
  },
  appealDays: {
    name: 'APPEAL_DAYS',
    default: '14',
    ...wholeNumber(1, 3650),
    means: 'Days after a rejection in which the learner may appeal.',
  },
  appealAnswerDays: {
    name: 'APPEAL_ANSWER_DAYS',
    default: '14',
    ...wholeNumber(1, 3650),
    means:
      'Days after an appeal in which staff answer it. Learner and staff are told the date; a later answer counts too.',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    default: 'info',
    ...oneOf('error', 'warn', 'info', 'debug'),
    means: 'The least important lines to log.',
  },
  proctoringConfig: {
    name: 'PROCTORING_CONFIG',
    ...path,
    means: 'JSON file of the settings below.',
  },
};

/** In characters. A JSON Web Key Set is the longest value. */
const longestVariable = 100_000;

/** Reads all variables (an empty one counts as missing). Throws one Error with a line for each problem. */
export function loadConfiguration(env: Record<string, string | undefined>): Configuration {
  const problems: string[] = [];
  const read = ({ name, secret, ...variable }: Variable<unknown>) => {
    const text = env[name]?.trim() || variable.default;
    if (text === undefined) return undefined;
    const isTooLong = isLongerThan(longestVariable, text);
    const value = isTooLong ? new Wrong(`must have at most ${longestVariable} characters`) : variable.read(text);
    if (!(value instanceof Wrong)) return value;
    problems.push(`${name} ${value.message}${isTooLong || secret ? '' : `, not ${JSON.stringify(text)}`}`);
    return undefined;
  };
  const environment = Object.fromEntries(
    Object.entries(variables).map(([field, variable]) => [field, read(variable as Variable<unknown>)]),
  ) as Environment;
  const { jwtSecret, jwtJwks, jwtJwksUrl, jwtAudience, jwtIssuer } = environment;
  // Tokens for other services may be signed with these keys. The service's own secret has no other use.
  if ((jwtSecret || jwtJwks || jwtJwksUrl) && !(jwtAudience && jwtIssuer))
    problems.push(
      'JWT_SECRET, JWT_JWKS or JWT_JWKS_URL is set: set JWT_AUDIENCE and JWT_ISSUER too, so that tokens for other services are refused',
    );
  if (jwtJwks && jwtJwksUrl) problems.push('JWT_JWKS and JWT_JWKS_URL are both set: keep one');

  const { witnesses, witnessQuorum = 0 } = environment;
  if (witnesses && witnessQuorum > witnesses.length)
    problems.push(`WITNESS_QUORUM is ${witnessQuorum}, and WITNESSES has ${witnesses.length}`);

  const { databaseUrl, workerDatabaseUrl, migrationDatabaseUrl } = environment;
  if ((workerDatabaseUrl || migrationDatabaseUrl) && !databaseUrl)
    problems.push('WORKER_DATABASE_URL or MIGRATION_DATABASE_URL is set and DATABASE_URL is not: set it too');

  const { kafkaSaslMechanism, kafkaUsername, kafkaPassword } = environment;
  if (new Set([kafkaSaslMechanism, kafkaUsername, kafkaPassword].map((each) => each === undefined)).size > 1)
    problems.push('KAFKA_SASL_MECHANISM, KAFKA_USERNAME and KAFKA_PASSWORD go together: set all or none');
  if (environment.kafkaTlsCa && environment.kafkaTls === 'off')
    problems.push('KAFKA_TLS_CA is set and KAFKA_TLS is off: set it to on');
  if (environment.kafkaTlsCa && !existsSync(environment.kafkaTlsCa))
    problems.push(`KAFKA_TLS_CA: there is no file ${environment.kafkaTlsCa}`);
  if (environment.schemaRegistryUrl && environment.kafkaTransactions === 'off')
    problems.push(
      'SCHEMA_REGISTRY_URL is set and KAFKA_TRANSACTIONS is off: Open edX would reset learners twice; leave it on',
    );

  if (environment.kafkaBrokers?.length && environment.schemaRegistryUrl && environment.eventBusInsecure === 'off') {
    const missing = [
      environment.kafkaTls === 'on' ? [] : 'KAFKA_TLS=on',
      kafkaSaslMechanism ? [] : 'KAFKA_SASL_MECHANISM',
      environment.schemaRegistryUrl.startsWith('https:') ? [] : 'a SCHEMA_REGISTRY_URL with https://',
    ].flat();
    if (missing.length > 0)
      problems.push(
        `SCHEMA_REGISTRY_URL is set, and everybody who can write to the event bus can make course staff: set ${missing.join(', ')}, or EVENT_BUS_INSECURE=on`,
      );
  }

  const file = readSettings(jsonOf(environment.proctoringConfig, problems));
  problems.push(...file.problems.map((problem) => `PROCTORING_CONFIG: ${problem}`));
  if (environment.smtpUrl && !mailSenderOf(file.settings))
    problems.push('SMTP_URL is set and mails have no sender: set DEFAULT_FROM_EMAIL in PROCTORING_CONFIG');
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { ...environment, settings: file.settings };
}

/** The password of a user of the embedded database. */
export const loginPasswordOf = (configuration: Configuration, login: string): string =>
  keptSecret(configuration.dataDir, `database-password-${login}`);

/** The secret of HS256 tokens; none when only public keys are configured. Makes one when there is no key at all. */
export const jwtSecretOf = (configuration: Configuration): string | undefined =>
  configuration.jwtSecret ??
  (configuration.jwtJwks || configuration.jwtJwksUrl ? undefined : keptSecret(configuration.dataDir, 'jwt-secret'));

/** The secret that signs the cookie of a secure browser. The LMS can verify it when this is the LMS' own SECRET_KEY. */
export const cookieSecretOf = (configuration: Configuration): string =>
  configuration.settings.secretKey ?? keptSecret(configuration.dataDir, 'cookie-secret');

/** The key of the ids under which providers know learners (spec: domain §7.7). */
export const userObfuscationKeyOf = (configuration: Configuration): string =>
  configuration.settings.userObfuscationKey ?? keptSecret(configuration.dataDir, 'user-obfuscation-key');

/** The keys that learners' keys are wrapped with, newest first. */
export const keyEncryptionKeysOf = (configuration: Configuration): KeyEncryptionKey[] =>
  configuration.keyEncryptionKeys ?? [
    { id: 'data-dir', key: Buffer.from(keptSecret(configuration.dataDir, 'key-encryption-key'), 'base64url') },
  ];

/** The seed of the Ed25519 key that erasure certificates are signed with. */
export const erasureSigningKeyOf = (configuration: Configuration): Buffer =>
  configuration.erasureSigningKey ?? Buffer.from(keptSecret(configuration.dataDir, 'erasure-signing-key'), 'base64url');

/** The seeds of the Ed25519 keys that sign the checkpoints of the Merkle log, newest first. */
export function logSigningKeysOf({ logSigningKeyFile, dataDir }: Configuration): Buffer[] {
  const text = logSigningKeyFile ? readFileSync(logSigningKeyFile, 'utf8') : keptSecret(dataDir, logSigningKey);
  const keys = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [Buffer.from(line.trim(), 'base64')]));
  if (keys.length === 0 || keys.some(({ length }) => length !== 32))
    throw new Error('LOG_SIGNING_KEY_FILE must have 32 bytes as base64 in each line.');
  return keys;
}

/** Adds a seed as the newest one of the file. */
export function addLogSigningKey(configuration: Configuration, seed: Buffer): void {
  const file = configuration.logSigningKeyFile ?? join(configuration.dataDir, logSigningKey);
  const seeds = [seed, ...logSigningKeysOf(configuration)];
  // The file is complete at any moment.
  const made = `${file}.${process.pid}`;
  writeFileSync(made, seeds.map((each) => `${each.toString('base64')}\n`).join(''), { mode: 0o600 });
  renameSync(made, file);
}

const logSigningKey = 'log-signing-key';

/** Processes with different roles share their secrets, so none makes its own. Throws an error of one line. */
export function checkSplitRole(configuration: Configuration): void {
  const { role, jwtSecret, jwtJwks, jwtJwksUrl, keyEncryptionKeys, erasureSigningKey, logSigningKeyFile, settings } =
    configuration;
  if (role === 'all') return;
  const needed = {
    KEY_ENCRYPTION_KEYS: keyEncryptionKeys,
    ERASURE_SIGNING_KEY: erasureSigningKey,
    'PROCTORING_USER_OBFUSCATION_KEY (in PROCTORING_CONFIG)': settings.userObfuscationKey,
    ...(role === 'api'
      ? {
          'JWT_SECRET (or JWT_JWKS, JWT_JWKS_URL)': jwtSecret ?? jwtJwks ?? jwtJwksUrl,
          'SECRET_KEY (in PROCTORING_CONFIG)': settings.secretKey,
        }
      : { LOG_SIGNING_KEY_FILE: logSigningKeyFile }),
  };
  const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? name : []));
  if (missing.length > 0)
    throw new Error(
      `With ROLE=${role} several processes share one database and its secrets: set ${missing.join(', ')} to the same in all of them.`,
    );
}

/** The URL of the LMS, without a slash at the end. */
export const lmsAddressOf = ({ https, siteName }: Settings): string =>
  `${https === 'on' ? 'https' : 'http'}://${siteName}`;

/** Whom mails are from; certain where SMTP_URL is set. */
export const mailSenderOf = ({ statusEmailFromAddress, defaultFromEmail }: Settings): string | undefined =>
  statusEmailFromAddress ?? defaultFromEmail;

/** Makes the files in DATA_DIR at the start, so that a missing right is noticed then. Throws an error of one line. */
export function checkDataDir(configuration: Configuration): void {
  const { dataDir, databaseUrl, role } = configuration;
  try {
    if (!databaseUrl) {
      makeFolder(dataDir);
      accessSync(dataDir, constants.W_OK);
    }
    userObfuscationKeyOf(configuration);
    keyEncryptionKeysOf(configuration);
    erasureSigningKeyOf(configuration);
    if (role !== 'worker') for (const secretOf of [jwtSecretOf, cookieSecretOf]) secretOf(configuration);
    if (role !== 'api') logSigningKeysOf(configuration);
  } catch (error) {
    throw new Error(
      `DATA_DIR cannot be used (${(error as Error).message}): let user ${userInfo().username} write to ${dataDir}, or ` +
        'set DATABASE_URL, JWT_SECRET, KEY_ENCRYPTION_KEYS, ERASURE_SIGNING_KEY, LOG_SIGNING_KEY_FILE, and SECRET_KEY and PROCTORING_USER_OBFUSCATION_KEY in PROCTORING_CONFIG.',
    );
  }
}

function jsonOf(path: string | undefined, problems: string[]): unknown {
  try {
    return path ? JSON.parse(readFileSync(path, 'utf8')) : {};
  } catch (error) {
    problems.push(`PROCTORING_CONFIG: cannot read ${path}: ${(error as Error).message}`);
    return {};
  }
}

/** Node's recursive mkdir never returns when the parent exists and takes no folders, as /proc does. */
function makeFolder(path: string): void {
  if (!existsSync(path)) mkdirSync(path, { recursive: !existsSync(dirname(path)) });
}

/** A secret that is made at the first use and kept in a file that only its owner can read. */
export function keptSecret(dataDir: string, name: string, make = () => randomBytes(32).toString('base64url')): string {
  const file = join(dataDir, name);
  if (!existsSync(file)) {
    const made = `${file}.${process.pid}`;
    makeFolder(dataDir);
    writeFileSync(made, make(), { mode: 0o600 });
    // The link appears complete and only once, even if several processes start at this moment.
    try {
      linkSync(made, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(made);
    }
  }
  return readFileSync(file, 'utf8');
}
