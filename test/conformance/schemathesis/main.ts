import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../../libs/configuration/src/embedded-postgres.js';
import { urlsOf } from '../../support/database.js';
import { pythonWith } from '../../support/python.js';
import { secretsOfSplitRoles } from '../../support/split-roles.js';
import { Child, freePort } from '../child.js';
import { runInFolder } from '../run-folder.js';
import { unmetOperations } from './unmet.js';
import { authorizationOf, callers, fill, tokenSettings, type Values } from './world.js';

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** The number of requests per operation and caller, without the requests at the limits of each schema. */
    examples: { type: 'string', default: '15' },
  },
});

const version = '4.32.5';
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'response_headers_conformance',
];

await runInFolder('schemathesis', run);

async function run(dir: string) {
  const program = join(pythonWith(`schemathesis-${version}`, [`schemathesis==${version}`]), 'schemathesis');
  const url = await startService(dir);
  const configuration = join(dir, 'schemathesis.toml');
  writeFileSync(configuration, configurationOf(await fill(url)));
  console.log(`Seed ${options.seed}`);

  let [passed, failed] = [0, 0];
  for (const { name, claims } of callers) {
    const report = join(dir, `${name}.xml`);
    const command = ['--config-file', configuration, 'run', `${url}/docs-json`, '--checks', checks.join()];
    const login = claims ? ['--header', `Authorization: ${await authorizationOf(claims)}`] : [];
    const limits = ['--max-examples', options.examples, '--seed', options.seed, '--generation-database', 'none'];
    // A stream has no end to wait for.
    const except = ['--exclude-operation-id', 'watchRunningAttempts'];
    const reports = ['--report', 'junit', '--report-junit-path', report, '--no-color', '--continue-on-failure'];
    const child = new Child(name, dir, [program, ...command, ...login, ...except, ...limits, ...reports], {
      DATA_DIR: dir,
    });
    const code = await child.ended();
    const [, errors, failures, tests] =
      (existsSync(report) &&
        /errors="(\d+)" failures="(\d+)" skipped="\d+" tests="(\d+)"/.exec(readFileSync(report, 'utf8'))) ||
      [];
    const wrong = Math.max(Number(errors ?? 0) + Number(failures ?? 0), code === 0 ? 0 : 1);
    if (wrong > 0) console.log(readFileSync(join(dir, `${name}.log`), 'utf8'));
    console.log(`${wrong === 0 ? 'ok  ' : 'FAIL'} as ${name}: ${tests ?? 0} operations and sequences of them`);
    passed += Number(tests ?? 0) - wrong;
    failed += wrong;
  }
  // The requests are random, so this is no failure, but a reader must see it.
  for (const operation of await unmetOperations(url))
    console.log(`note No request of ${operation} was answered 2xx or 3xx`);
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

async function startService(dir: string): Promise<string> {
  const database = await startPostgres({ dataDir: join(dir, 'postgres'), settings: { fsync: 'off' } });
  const urls = urlsOf(database.url, 'postgres');
  const port = await freePort();
  const accessTokenKeys = join(dir, 'access-token-keys.json');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(accessTokenKeys, JSON.stringify({ keys: [privateKey.export({ format: 'jwk' })] }), { mode: 0o600 });
  const env = {
    HOST: '127.0.0.1',
    PORT: String(port),
    ROLE: 'api',
    DATABASE_URL: urls.api,
    MIGRATION_DATABASE_URL: urls.owner,
    DATA_DIR: dir,
    ACCESS_TOKEN_KEY_FILE: accessTokenKeys,
    ...tokenSettings,
    ...secretsOfSplitRoles(dir, {
      PROCTORED_EXAM_VIEWABLE_PAST_DUE: true,
      RATE_LIMITS: { ANONYMOUS: { requests: 1_000_000, seconds: 1 } },
    }),
    LOG_LEVEL: 'warn',
  };
  await new Child('service', dir, [process.execPath, 'dist/apps/main.js'], env).answers(port, '/health/ready');
  return `http://127.0.0.1:${port}`;
}

/** Makes most requests name things that exist. */
function configurationOf(values: Values): string {
  const entries = Object.entries(values).map(([place, some]) => ({ place, some, name: place.replace('.', '-') }));
  return [
    'warnings = false',
    '[cache]\nenabled = false',
    ...entries.map(({ name, some }) => `[dictionaries.${name}]\nvalues = ${JSON.stringify(some)}`),
    '[parameters]',
    ...entries.map(({ name, place }) => `"${place}" = { dictionary = "${name}", probability = 0.8 }`),
  ].join('\n');
}
