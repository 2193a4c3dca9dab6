import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addLogSigningKey,
  checkDataDir,
  checkSplitRole,
  jwtSecretOf,
  loadConfiguration,
  logSigningKeysOf,
  userObfuscationKeyOf,
} from './configuration.js';
import { configurationPage } from './configuration-page.js';

const folder = mkdtempSync(join(tmpdir(), 'configuration of a test '));
afterAll(() => rmSync(folder, { recursive: true }));

/** The environment of a service whose settings file has this content. */
const withSettings = (content: unknown) => {
  const file = join(folder, 'settings.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return { PROCTORING_CONFIG: file };
};

const secret = 'a secret of the tests, long enough for HS256';
const seed = Buffer.alloc(32, 1).toString('base64');
const keys = `a:${Buffer.alloc(32).toString('base64')}`;
/** The audience and the issuer of tokens. Each key of tokens needs both. */
const parties = { JWT_AUDIENCE: 'exams', JWT_ISSUER: 'lms' };

describe('without configuration', () => {
  const configuration = loadConfiguration({});

  it('one process serves this machine, with everything embedded', () =>
    expect(configuration).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      role: 'all',
      databaseUrl: undefined,
      dataDir: join(process.cwd(), '.data'),
      kafkaBrokers: [],
      kafkaTopicPrefix: '',
      logLevel: 'info',
    }));

  it("exams go to the provider test, under the reference's defaults", () =>
    expect(configuration.settings).toMatchObject({
      defaultBackend: 'test',
      backends: { test: {} },
      allowTimedOutState: false,
      allowReviewUpdates: true,
      requireFailureSecondReviews: true,
      proctoredExamViewablePastDue: false,
      lowThresholdPct: 0.2,
      criticallyLowThresholdPct: 0.05,
      pingIntervalSeconds: 60,
      https: 'on',
      linkUrls: {},
      switches: {},
    }));

  it('an empty variable counts as missing', () =>
    expect(loadConfiguration({ PORT: '', DATABASE_URL: ' ', ROLE: '' })).toEqual(configuration));
});

describe('environment variables', () => {
  it('are read', () => {
    const configuration = loadConfiguration({
      PORT: '0',
      ROLE: 'worker',
      DATABASE_URL: 'postgresql://u:p@db.example.org/exams',
      DATA_DIR: '/var/lib/proctoring',
      KAFKA_BROKERS: 'one:9092, two:9093',
      JWT_JWKS: '{"keys": [{"kty": "OKP"}]}',
      ...parties,
      LOG_LEVEL: 'debug',
    });
    expect(configuration).toMatchObject({
      port: 0,
      role: 'worker',
      databaseUrl: 'postgresql://u:p@db.example.org/exams',
      dataDir: '/var/lib/proctoring',
      kafkaBrokers: ['one:9092', 'two:9093'],
      jwtJwks: { keys: [{ kty: 'OKP' }] },
      logLevel: 'debug',
    });
  });

  it.each([
    ['PORT', '65536', 'PORT must be a whole number from 0 to 65535, not "65536"'],
    ['PORT', '-1', 'PORT must be a whole number from 0 to 65535, not "-1"'],
    ['ROLE', 'both', 'ROLE must be one of all, api, worker, not "both"'],
    ['KAFKA_BROKERS', 'kafka', 'KAFKA_BROKERS must be host:port, several separated by commas, not "kafka"'],
    [
      'KAFKA_TOPIC_PREFIX',
      'a/b',
      "KAFKA_TOPIC_PREFIX must be at most 100 letters, digits and '.', '_', '-', not \"a/b\"",
    ],
    ['JWT_JWKS_URL', 'ftp://x', 'JWT_JWKS_URL must be an http:// or https:// address, not "ftp://x"'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be one of error, warn, info, debug, not "loud"'],
  ])('%s=%s is refused', (name, value, message) =>
    expect(() => loadConfiguration({ [name]: value })).toThrow(new Error(message)),
  );

  it.each(['DATABASE_URL', 'JWT_JWKS'])('a wrong %s is refused without repeating what may be secret', (name) =>
    expect(() => loadConfiguration({ [name]: 'hunter2' })).toThrow(expect.not.stringContaining('hunter2')),
  );

  it('two sources of public keys are refused', () =>
    expect(() =>
      loadConfiguration({ JWT_JWKS: '{"keys":[{"kty":"RSA"}]}', JWT_JWKS_URL: 'https://x/jwks', ...parties }),
    ).toThrow('JWT_JWKS and JWT_JWKS_URL are both set: keep one'));

  it('the users of a database that is not named are refused', () =>
    expect(() => loadConfiguration({ MIGRATION_DATABASE_URL: 'postgres://owner:p@db/exams' })).toThrow(
      'WORKER_DATABASE_URL or MIGRATION_DATABASE_URL is set and DATABASE_URL is not: set it too',
    ));

  it('everything that is wrong is told at once, a line each', () => {
    const wrong = { PORT: 'x', ROLE: 'y', ...withSettings({ SITE_NAME: 7, NONSENSE: true }) };
    expect(() => loadConfiguration(wrong)).toThrow(
      new Error(`PORT must be a whole number from 0 to 65535, not "x"
ROLE must be one of all, api, worker, not "y"
PROCTORING_CONFIG: SITE_NAME must be a text, not 7
PROCTORING_CONFIG: NONSENSE is not a setting of this service`),
    );
  });
});

describe('a DATA_DIR in which nothing can be made', () => {
  const file = join(folder, 'no folder');
  writeFileSync(file, '');

  it.each([
    ['PostgreSQL is to run there', {}],
    ['only secrets are to be kept there', { DATABASE_URL: 'postgres://u:p@db/exams' }],
    ['only the key of obscured ids is', { DATABASE_URL: 'postgres://u:p@db/exams', ROLE: 'worker' }],
  ])('is refused at the start in one line: %s', (_, environment) => {
    const configuration = loadConfiguration({ DATA_DIR: join(file, 'data'), ...environment });
    const check = () => checkDataDir(configuration);
    expect(check).toThrow(/^DATA_DIR cannot be used \(ENOTDIR.*set DATABASE_URL, JWT_SECRET/);
    expect(check).not.toThrow(/\n/);
  });

  it('is refused where the system takes no folders', () =>
    expect(() => checkDataDir(loadConfiguration({ DATA_DIR: '/proc/data' }))).toThrow(/^DATA_DIR cannot be used/));

  it('is not needed when everything is configured', () => {
    const settings = withSettings({ SECRET_KEY: 'a', PROCTORING_USER_OBFUSCATION_KEY: 'b' });
    const logKeys = join(folder, 'log keys');
    writeFileSync(logKeys, seed);
    const environment = {
      DATABASE_URL: 'postgres://u:p@db/exams',
      JWT_SECRET: secret,
      KEY_ENCRYPTION_KEYS: keys,
      ...parties,
      ERASURE_SIGNING_KEY: seed,
      LOG_SIGNING_KEY_FILE: logKeys,
      ...settings,
    };
    checkDataDir(loadConfiguration({ DATA_DIR: join(file, 'data'), ...environment }));
  });
});

describe('the settings file', () => {
  it("is read under the reference's names", () => {
    const { settings } = loadConfiguration(
      withSettings({
        SITE_NAME: 'lms.example.org',
        HTTPS: 'off',
        PROCTORING_BACKENDS: { DEFAULT: 'strict', strict: { provider: 'test', ping_interval: 30 }, test: {} },
        PROCTORING_SETTINGS: { ALLOW_TIMED_OUT_STATE: true, low_threshold_pct: 0.5, LINK_URLS: { faq: 'https://faq' } },
        SWITCHES: { 'edx_proctoring.strict_ping_failure_passthrough': true },
      }),
    );
    expect(settings).toMatchObject({
      siteName: 'lms.example.org',
      https: 'off',
      defaultBackend: 'strict',
      backends: { strict: { provider: 'test', ping_interval: 30 }, test: {} },
      allowTimedOutState: true,
      lowThresholdPct: 0.5,
      linkUrls: { faq: 'https://faq' },
      switches: { 'edx_proctoring.strict_ping_failure_passthrough': true },
    });
  });

  it('what may stand inside PROCTORING_SETTINGS too counts more there', () => {
    const { settings } = loadConfiguration(
      withSettings({
        ALLOW_REVIEW_UPDATES: true,
        DEFAULT_REVIEW_POLICY: 'No notes',
        PROCTORING_SETTINGS: { ALLOW_REVIEW_UPDATES: false, REQUIRE_FAILURE_SECOND_REVIEWS: false },
      }),
    );
    expect(settings).toMatchObject({
      allowReviewUpdates: false,
      requireFailureSecondReviews: false,
      defaultReviewPolicy: 'No notes',
    });
  });

  it.each([
    ['HTTPS', { HTTPS: true }, 'HTTPS must be "on" or "off", not true'],
    [
      'a share above 1',
      { PROCTORING_SETTINGS: { low_threshold_pct: 20 } },
      'PROCTORING_SETTINGS.low_threshold_pct must be a number from 0 to 1, not 20',
    ],
    [
      'a misspelt inner name',
      { PROCTORING_SETTINGS: { LINKS: {} } },
      'PROCTORING_SETTINGS.LINKS is not a setting of this service',
    ],
    [
      'an inner name outside',
      { ALLOW_TIMED_OUT_STATE: true },
      'ALLOW_TIMED_OUT_STATE is not a setting of this service',
    ],
    ['a list of backends', { PROCTORING_BACKENDS: ['test'] }, 'PROCTORING_BACKENDS must be an object, not ["test"]'],
    [
      'an unknown option',
      { PROCTORING_BACKENDS: { DEFAULT: 'test', test: { pings: 1 } } },
      'PROCTORING_BACKENDS.test.pings is not a setting of this service',
    ],
    [
      'an unknown provider',
      { PROCTORING_BACKENDS: { DEFAULT: 'a', a: {} } },
      'PROCTORING_BACKENDS.a: there is no provider "a"; there is: test, rest, software_secure, rpnow4, mock, null, lti',
    ],
    [
      'a bundle file that is no text',
      { WEBPACK_LOADER: { WORKERS: { STATS_FILE: 5 } } },
      'WEBPACK_LOADER.WORKERS.STATS_FILE must be a text, not 5',
    ],
    ['an inner list', { PROCTORING_SETTINGS: [] }, 'PROCTORING_SETTINGS must be an object, not []'],
    [
      'a setting inside that belongs outside',
      { PROCTORING_SETTINGS: { SITE_NAME: 'x' } },
      'PROCTORING_SETTINGS.SITE_NAME is not a setting of this service',
    ],
    [
      'an unknown default',
      { PROCTORING_BACKENDS: { DEFAULT: 'b', test: {} } },
      'PROCTORING_BACKENDS.DEFAULT must be one of ["test"], not "b"',
    ],
    [
      'an unknown switch',
      { SWITCHES: { 'edx_proctoring.x': true } },
      'SWITCHES.edx_proctoring.x is not a setting of this service',
    ],
    ['a list', [], 'The file must be an object, not []'],
  ])('%s is refused', (_, content, message) =>
    expect(() => loadConfiguration(withSettings(content))).toThrow(`PROCTORING_CONFIG: ${message}`),
  );

  it('broken JSON is refused', () =>
    expect(() => loadConfiguration(withSettings('{"SITE_NAME": '))).toThrow(
      /^PROCTORING_CONFIG: cannot read .*settings.json: .*JSON/,
    ));

  it('a missing file is refused', () =>
    expect(() => loadConfiguration({ PROCTORING_CONFIG: '/nowhere.json' })).toThrow(
      /^PROCTORING_CONFIG: cannot read \/nowhere.json: .*no such file/,
    ));
});

describe('keys of tokens', () => {
  it.each([
    ['JWT_SECRET', 'a secret of the LMS, long enough for HS256'],
    ['JWT_JWKS', '{"keys":[{"kty":"RSA"}]}'],
    ['JWT_JWKS_URL', 'https://lms/jwks'],
  ])('%s takes JWT_AUDIENCE and JWT_ISSUER', (name, key) => {
    for (const more of [{}, { JWT_AUDIENCE: 'exams' }, { JWT_ISSUER: 'lms' }, { ...parties, JWT_ISSUER: ' ' }])
      expect(() => loadConfiguration({ [name]: key, ...more })).toThrow('set JWT_AUDIENCE and JWT_ISSUER too');
    loadConfiguration({ [name]: key, ...parties });
  });
});

describe('the event bus', () => {
  const bus = { KAFKA_BROKERS: 'kafka:9092', SCHEMA_REGISTRY_URL: 'https://registry' };
  const secured = {
    ...{ ...bus, KAFKA_TLS: 'on', KAFKA_SASL_MECHANISM: 'scram-sha-512' },
    ...{ KAFKA_USERNAME: 'exams', KAFKA_PASSWORD: 'secret' },
  };

  it('is read over TLS and with SASL, and retires nobody', () =>
    expect(loadConfiguration(secured)).toMatchObject({ eventBusInsecure: 'off', eventBusRetirements: 'off' }));

  it.each([
    ['TLS', { ...secured, KAFKA_TLS: 'off' }, 'set KAFKA_TLS=on, or'],
    ['TLS and SASL', bus, 'set KAFKA_TLS=on, KAFKA_SASL_MECHANISM, or'],
    ['https', { ...secured, SCHEMA_REGISTRY_URL: 'http://registry' }, 'set a SCHEMA_REGISTRY_URL with https://, or'],
  ])('without %s it is refused, unless it is to be so', (_, environment, message) => {
    expect(() => loadConfiguration(environment)).toThrow(`${message} EVENT_BUS_INSECURE=on`);
    loadConfiguration({ ...environment, EVENT_BUS_INSECURE: 'on' });
  });
});

describe('secrets', () => {
  it.each(['short', 'a'.repeat(31), 'change-me-change-me-change-me-change-me', 'please-changeme-please-changeme-'])(
    'of tokens that could be guessed are refused: %s',
    (JWT_SECRET) => expect(() => loadConfiguration({ JWT_SECRET })).toThrow(/^JWT_SECRET must be at least 32 bytes/),
  );

  it.each(['x', 'a:short', `${keys},${keys}`, `a b:${'A'.repeat(43)}=`])(
    'that keys are wrapped with have an id and 32 bytes: %s is refused',
    (KEY_ENCRYPTION_KEYS) => {
      const load = () => loadConfiguration({ KEY_ENCRYPTION_KEYS });
      expect(load).toThrow(/^KEY_ENCRYPTION_KEYS must be pairs id:key/);
      expect(load).not.toThrow(KEY_ENCRYPTION_KEYS);
    },
  );

  it('must be given to the processes of one role', () => {
    const check = (ROLE: string, more: object = {}) => checkSplitRole(loadConfiguration({ ROLE, ...more }));
    check('all');
    expect(() => check('api')).toThrow(
      /^With ROLE=api .*: set KEY_ENCRYPTION_KEYS, ERASURE_SIGNING_KEY, PROCTORING_USER_OBFUSCATION_KEY .*, JWT_SECRET .*, SECRET_KEY .*\.$/,
    );
    expect(() => check('worker', { KEY_ENCRYPTION_KEYS: keys, ERASURE_SIGNING_KEY: seed })).toThrow(
      /: set PROCTORING_USER_OBFUSCATION_KEY .*, LOG_SIGNING_KEY_FILE to the same/,
    );
    const settings = withSettings({ SECRET_KEY: 'a', PROCTORING_USER_OBFUSCATION_KEY: 'b' });
    for (const role of ['api', 'worker'])
      check(role, {
        KEY_ENCRYPTION_KEYS: keys,
        ERASURE_SIGNING_KEY: seed,
        LOG_SIGNING_KEY_FILE: 'log-signing-key',
        JWT_SECRET: secret,
        ...parties,
        ...settings,
      });
  });

  it('that sign the Merkle log are lines of a file, the newest first', () => {
    const file = join(folder, 'log-signing-key');
    const configuration = loadConfiguration({ LOG_SIGNING_KEY_FILE: file });
    expect(() => logSigningKeysOf(configuration)).toThrow('no such file');
    for (const wrong of ['', `${seed}\nshort`]) {
      writeFileSync(file, wrong);
      expect(() => logSigningKeysOf(configuration)).toThrow('must have 32 bytes as base64 in each line');
    }
    writeFileSync(file, seed);
    const newer = Buffer.alloc(32, 2);
    addLogSigningKey(configuration, newer);
    expect(logSigningKeysOf(configuration)).toEqual([newer, Buffer.from(seed, 'base64')]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('that sign the Merkle log are one in DATA_DIR without such a file', () => {
    const configuration = loadConfiguration({ DATA_DIR: join(folder, 'with log key') });
    const [made] = logSigningKeysOf(configuration);
    expect(made).toHaveLength(32);
    addLogSigningKey(configuration, Buffer.from(seed, 'base64'));
    expect(logSigningKeysOf(configuration)).toEqual([Buffer.from(seed, 'base64'), made]);
  });

  const vkey = `witness.example.org+0a1b2c3d+B${'A'.repeat(43)}`;

  it('witnesses are verifier keys with addresses', () => {
    const WITNESSES = `${vkey} https://witness.example.org/, ${vkey.replace('.org', '.com')} http://127.0.0.1:3100`;
    expect(loadConfiguration({ WITNESSES, WITNESS_QUORUM: '1' })).toMatchObject({
      witnesses: [
        { vkey, url: 'https://witness.example.org' },
        { vkey: vkey.replace('.org', '.com'), url: 'http://127.0.0.1:3100' },
      ],
      witnessQuorum: 1,
    });
    expect(loadConfiguration({}).witnesses).toEqual([]);
  });

  it.each([
    ['a key alone', vkey],
    ['a key of another type', `${vkey.replace('+B', '+A')} https://witness.example.org`],
    ['an address that is none', `${vkey} witness.example.org`],
    ['a key twice', `${vkey} https://one.example.org,${vkey} https://two.example.org`],
  ])('witnesses with %s are refused', (_, WITNESSES) =>
    expect(() => loadConfiguration({ WITNESSES })).toThrow('WITNESSES must be pairs of a verifier key'),
  );

  it('a quorum larger than the number of witnesses is refused', () =>
    expect(() => loadConfiguration({ WITNESSES: `${vkey} https://one.example.org`, WITNESS_QUORUM: '2' })).toThrow(
      'WITNESS_QUORUM is 2, and WITNESSES has 1',
    ));

  it.each(['a b', 'a+b', 'x'.repeat(201)])('the name of the log may be no %s', (LOG_ORIGIN) =>
    expect(() => loadConfiguration({ LOG_ORIGIN })).toThrow('LOG_ORIGIN must be at most 200 letters'),
  );

  it('are made once and kept for their owner alone', () => {
    const configuration = loadConfiguration({ DATA_DIR: join(folder, 'new', 'data') });
    const secret = jwtSecretOf(configuration);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(jwtSecretOf(configuration)).toBe(secret);
    expect(userObfuscationKeyOf(configuration)).not.toBe(secret);
    expect(statSync(join(configuration.dataDir, 'jwt-secret')).mode & 0o777).toBe(0o600);
  });

  it('are not made where keys are configured', () => {
    expect(jwtSecretOf(loadConfiguration({ JWT_SECRET: secret, ...parties }))).toBe(secret);
    expect(jwtSecretOf(loadConfiguration({ JWT_JWKS_URL: 'https://lms/jwks', ...parties }))).toBeUndefined();
  });
});

describe('docs/configuration.md', () => {
  it('is up to date (npm run docs)', () =>
    expect(readFileSync('docs/configuration.md', 'utf8')).toBe(configurationPage()));

  it('shows an example that is accepted', () => {
    const [, example] = /```json\n([^`]*)```/.exec(configurationPage())!;
    expect(loadConfiguration(withSettings(example)).settings.siteName).toBe('lms.example.org');
  });
});
