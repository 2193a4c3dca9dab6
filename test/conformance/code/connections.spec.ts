import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The ways to open a connection, with the files that may do so: they set limits and handle the loss of a connection. */
const openings: { way: RegExp; allowed: string[] }[] = [
  {
    way: /\bnew (pg\.)?(Pool|Client|Database)\b|\bimport pg\b/,
    allowed: [
      'libs/connections/src/connection.ts',
      'libs/connections/src/database.ts',
      'libs/configuration/src/database.ts', // for TypeORM
      'libs/configuration/src/embedded-postgres.ts',
      'libs/event-store/src/pipelined-transaction.ts', // pg.Query
      'apps/cli/src/demo/demo.command.ts', // a client of HTTP
    ],
  },
  {
    way: /\.connect\(/,
    allowed: [
      'libs/connections/src/clients.ts',
      'libs/connections/src/connection.ts',
      'libs/configuration/src/embedded-postgres.ts',
      'libs/integration/src/kafka.ts',
      'libs/integration/src/publisher.ts',
      'libs/integration/src/event-bus/reader.ts',
      'apps/cli/src/demo/messages.ts',
    ],
  },
  {
    way: /\bnew DataSource\(/,

    allowed: ['libs/configuration/src/database.ts'],
  },
  {
    way: /(?<!\.)\bfetch\(/,
    allowed: [
      'libs/connections/src/http.ts',
      'libs/providers/src/rest.client.ts',
      // In browsers:
      'libs/exam-worker/src/requests.ts',
      'apps/exam-page/src/own-requests.ts',
      'apps/console/src/api/client.ts',
      'apps/api/src/lti/exam-shell.ts',
    ],
  },
  {
    way: /\bcreateRemoteJWKSet\(/,
    allowed: ['apps/api/src/auth/authentication.tokens.ts', 'libs/lti/src/tool-keys.ts'],
  },
  { way: /\bcreateTransport\(/, allowed: ['libs/mail/src/mailer.ts'] },
  { way: /\bnew Kafka\(/, allowed: ['libs/integration/src/kafka.ts'] },
];

const violationsIn = (file: string, source: string): string[] =>
  openings
    .filter(({ way, allowed }) => way.test(source) && !allowed.includes(file))
    .map(({ way }) => `${file}: ${way.source}`);

const sources = ['apps', 'libs']
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
  .filter((file) => file.endsWith('.ts') && !/\.spec\.ts$|testing\.ts$/.test(file));

it('a connection is opened only where its limits are set', () => {
  expect(sources.length).toBeGreaterThan(200);
  expect(sources.flatMap((file) => violationsIn(file, readFileSync(file, 'utf8')))).toEqual([]);
});

it.each([
  'const client = await pool.connect();',
  'const client = new pg.Client(url);',
  "import pg from 'pg';",
  'const owner = new pg.Pool({ connectionString });',
  "const database = new DataSource({ type: 'postgres', url });",
  'const kafka = new Kafka({ brokers });',
  'const answer = await fetch(url);',
  'createTransport(url).sendMail(letter);',
])('a planted %j is found', (line) => {
  expect(violationsIn('apps/worker/src/planted.ts', line)).not.toEqual([]);
});

it('each exception is still needed', () => {
  const unneeded = openings.flatMap(({ way, allowed }) =>
    allowed.filter((file) => !way.test(readFileSync(file, 'utf8'))),
  );
  expect(unneeded).toEqual([]);
});
