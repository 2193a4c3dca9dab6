import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { freePort } from '../conformance/child.js';
import { openStartableDatabase } from '../support/database.js';
import { send } from '../support/http-file.js';

const program = 'dist/apps/cli/src/main.js';
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const pages = ['operations', 'operators', 'guarantees', 'develop', 'audit', 'integrate', 'switching']
  .map((name) => `docs/${name}.md`)
  .concat('README.md')
  .filter((page) => existsSync(page));

/** Commands that do not run here, with the reason. */
const elsewhere: [why: string, commands: RegExp][] = [
  ['this test is a part of them', /^npm (ci|test|start|run (dev|test:\w+|exactly-once|attack))\b|^\.ci\/run/],
  ['they take minutes, and CI runs them', /^npm run (build|check|conformance|schemathesis)\b/],
  ['they take an hour', /^npm run (bench|mutate)\b/],
  ['they change the repository', /^npm run (docs|sbom)\b|^npx biome check --write$/],
  ['it runs until Ctrl-C; the tests of Kafka start the same broker', /^npm run kafka\b/],
  ['it takes the pictures of docs/console anew', /^npm run screenshots\b/],
  ['it lives for ten minutes; demo.e2e.spec.ts starts the same process', /^npm run demo -- --browser\b/],
  ['they need Docker; the tests in test/e2e/tutor configure a platform with Tutor', /^(docker|pip|tutor)\b/],
  ['it needs the old service; shadow.e2e.spec.ts runs the same code', /^npm run shadow\b/],
  ['it runs until Ctrl-C; witness.e2e.spec.ts starts the same process', /^npm run witness\b/],
];

/** Commands that fail on a service without problems, with a part of their output. */
const failing: [command: RegExp, output: RegExp][] = [
  [/adopt-log/, /is not a copy/],
  [/import --from/, /ECONNREFUSED/],
  [/dead-letters.* skip/, /no such dead letter/],
  [/callbacks.* (replay|discard)/, /no (such )?quarantined callback/],
  [/reset-attempts/, /no attempts/],
];

/** Commands that a page names without their options. Here they show their help. */
const named = /(set-attempt-status|update-status-from-review|reconcile|rebuild|(retire|revoke)-log-key)$/;

const folder = mkdtempSync(join(tmpdir(), 'documented-commands-'));
const [people, obscured] = [join(folder, 'people.csv'), join(folder, 'obscured.csv')];
const disclosed = join(folder, 'personal.ndjson');
writeFileSync(disclosed, '');
writeFileSync(people, 'email,user_id\nstaff@example.org,1\n');
let database: Awaited<ReturnType<typeof openStartableDatabase>>;
let environment: Record<string, string | undefined>;
let service: ChildProcess;
let url: string;
let requests: Awaited<ReturnType<typeof send>>;
const blocks = new Map<string, Promise<Ended>>();

beforeAll(async () => {
  database = await openStartableDatabase();
  const port = String(await freePort());
  url = `http://127.0.0.1:${port}`;
  environment = {
    ...process.env,
    NODE_OPTIONS: '',
    ...database.environment,
    DATA_DIR: folder,
    PORT: port,
    KAFKA_TOPIC_PREFIX: `documented-${port}-`,
    DJANGO_SECRET_KEY: 'a secret of the LMS',
    LOG_LEVEL: 'error',
    DRAIN_DELAY: '0',
  };
  service = spawn(process.execPath, ['dist/apps/main.js'], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(service.stdout!)) if (line.includes('Exam proctoring runs')) break;
  service.stdout!.resume();

  const file = readFileSync('requests.http', 'utf8');
  const [, token = ''] = /is the answer of: (.*)/.exec(file) ?? [];
  requests = await send(file, { host: url, token: (await run(token)).out.trim() });
  let before: Promise<unknown> = Promise.resolve();
  for (const page of pages.toReversed()) {
    const script = scriptOf(page);
    if (!script) continue;
    const ended = before.then(() => run(script));
    blocks.set(page, ended);
    before = ended;
  }
});
afterAll(async () => {
  service.kill();
  if (service.exitCode === null) await once(service, 'exit');
  await database.close();
  rmSync(folder, { recursive: true });
});

type Ended = { code: number; out: string; output: string };

/** Runs commands of a page in a shell, without npm, which takes as long as the command itself. */
async function run(commands: string): Promise<Ended> {
  const script = commands
    .replaceAll('http://127.0.0.1:3000', url)
    .replace(/\bnpm run (?:-s )?([\w-]+)(?: --(?= |$))?/g, (whole, name: string) => {
      const [, args] = /^exec node scripts\/run\.mjs (.*)$/.exec(scripts[name]) ?? [];
      return args === undefined ? whole : `node ${program} ${args.replace(/^cli ?/, '')}`;
    });
  const prelude = 'curl() { command curl --fail-with-body -sS "$@"; }';
  const child = spawn('bash', ['-euo', 'pipefail', '-c', `${prelude}\n${script}`], {
    env: environment as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? -1)));
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, output: out + errors };
}

/** The lines of a page's shell blocks. */
const linesOf = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.split('\n'));

const isElsewhere = (command: string) => elsewhere.some(([, some]) => some.test(command));

/** The shell blocks of a page as one script, without the commands that do not run here. */
const scriptOf = (page: string) =>
  linesOf(page)
    .filter((line) => !isElsewhere(line))
    .join('\n')
    .trim();

/** The commands in the text of a page. In the tables of operators.md, the first code of a row begins with the command. */
function commandsIn(page: string): string[] {
  const found: string[] = [];
  for (const line of readFileSync(page, 'utf8').split('\n')) {
    const isOperators = page === 'docs/operators.md' && line.startsWith('| `');
    const cell = isOperators ? line.split(' | ')[0]! : line;
    let last = '';
    for (const [, code = ''] of cell.matchAll(/`([^`]+)`/g)) {
      const isMore = last !== '' && /^(--\w|… )/.test(code);
      if (!isMore && !isOperators && !/^(npm|npx|node|curl|docker|\.ci\/run)( |$)/.test(code)) continue;
      const stem = last.replace(/ (list|replay|retry)\b.*$/, '').replace(/^(replay) --.*/, '$1');
      const command = isMore ? `${stem} ${code.replace(/^… /, '')}` : code;
      last = command;
      found.push(isOperators ? `npm run ops -- ${command}` : command);
    }
  }
  return found;
}

let evidenceFiles = 0;

/** The command with values for its placeholders. */
const filled = (command: string): string =>
  command
    .replace(/ \[(.+?)\]/g, ' $1')
    .replace('replay …', 'replay --attempt ID')
    .replace('<command> --help', 'leaders --help')
    .replace('<command>', 'leaders')
    .replace(/<table>|TABLE…/, 'attempts')
    .replace('--user ID', '--user 3')
    .replace('--stream NAME', '--stream attempts-1-1')
    .replace('--backend NAME', '--backend test')
    .replace('--topic NAME', '--topic $KAFKA_TOPIC_PREFIX"proctoring.attempts.v1"')
    .replace('--acknowledgements TOPIC', '--acknowledgements $KAFKA_TOPIC_PREFIX"proctoring.credit.v1"')
    .replace('--from URL', '--from mysql://127.0.0.1:9/edxapp')
    .replace('--from TIME', '--from 2020-01-01T00:00:00Z')
    .replace('--until TIME', '--until 2020-01-02T00:00:00Z')
    .replace('--course ID', '--course course-v1:OrgX+Demo+2031')
    .replace('--out FILE', () => `--out ${join(folder, `evidence-${++evidenceFiles}.zip`)}`)
    .replace('--file FILE', `--file ${disclosed}`)
    .replace('IN OUT', `${people} ${obscured}`)
    .replace('STATUS', 'verified')
    .replace('SUBSCRIPTION', 'kafka')
    .replace('KEY', 'attempts-1-1')
    .replace('EVENT', '00000000-0000-0000-0000-000000000000')
    .replace(/\bID$|\bID(?= )/, '1')
    .replace(named, '$1 --help');

const commands = [...new Set(pages.flatMap(commandsIn).map(filled))];

it('every npm script that a page names exists', () => {
  const all = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join('docs', name)),
  ];
  const missing = all.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/npm (?:run (?:-s |--silent )?([a-z][\w:-]*)|(start|test)\b)/g)]
      .map(([, name, short]) => name ?? short!)
      .filter((name) => !scripts[name])
      .map((name) => `${page}: ${name}`),
  );
  expect(missing).toEqual([]);
});

it('the pages name many commands', () => expect(commands.length).toBeGreaterThan(40));

it('every request of requests.http succeeds', () =>
  expect(requests.filter(({ status }) => status !== 200)).toEqual([]));

it.each(commands.filter((command) => !isElsewhere(command)))('%s', async (command) => {
  const [, failure] = failing.find(([some]) => some.test(command)) ?? [];
  const { code, output } = await run(command);
  expect(`${code}: ${output}`).toMatch(failure ? new RegExp(`^1: .*(${failure.source})`, 's') : /^0: /);
});

it.each(pages.filter(scriptOf))(
  'the commands in the blocks of %s',
  async (page) => {
    const { code, output } = (await blocks.get(page))!;
    expect(`${code}: ${output}`).toMatch(/^0: /);
  },
  180_000,
);
