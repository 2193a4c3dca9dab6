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
const pages = ['operations', 'operators', 'guarantees', 'develop', 'audit', 'integrate']
  .map((name) => `docs/${name}.md`)
  .concat('README.md')
  .filter((page) => existsSync(page));

/** Commands that are not run here, and why. */
const elsewhere: [why: string, commands: RegExp][] = [
  ['this test is a part of them', /^npm (ci|test|start|run (dev|test:\w+|exactly-once))\b|^\.ci\/run/],
  ['they take minutes, and CI runs them', /^npm run (build|check|conformance|schemathesis)\b/],
  ['they take an hour', /^npm run (bench|mutate)\b/],
  ['they change the repository', /^npm run (docs|sbom)\b|^npx biome check --write$/],
  ['it runs until Ctrl-C; the tests of Kafka start the same broker', /^npm run kafka\b/],
];

/** Commands that rightly fail on a service on which all is well. */
const failing: [command: RegExp, says: RegExp][] = [
  [/adopt-log/, /was not copied/],
  [/dead-letters.* skip/, /no such dead letter/],
  [/callbacks.* (replay|discard)/, /no (such )?quarantined callback/],
  [/reset-attempts/, /no attempts/],
];

/** Commands that a page names without the options that they need: their help is shown. */
const named = /(set-attempt-status|update-status-from-review|reconcile|rebuild)$/;

const folder = mkdtempSync(join(tmpdir(), 'documented-commands-'));
const [people, obscured] = [join(folder, 'people.csv'), join(folder, 'obscured.csv')];
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

type Ended = { code: number; out: string; said: string };

/** Runs commands of a page in a shell. npm is left out, which takes as long as the command itself. */
async function run(commands: string): Promise<Ended> {
  const script = commands
    .replaceAll('http://127.0.0.1:3000', url)
    .replace(/\bnpm run (?:-s )?([\w-]+)(?: --(?= |$))?/g, (whole, name: string) => {
      const [, words] = /^exec node scripts\/run\.mjs (.*)$/.exec(scripts[name]) ?? [];
      return words === undefined ? whole : `node ${program} ${words.replace(/^cli ?/, '')}`;
    });
  const prelude = 'curl() { command curl --fail-with-body -sS "$@"; }';
  const child = spawn('bash', ['-euo', 'pipefail', '-c', `${prelude}\n${script}`], {
    env: environment as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? -1)));
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, said: out + errors };
}

/** The lines of a page's blocks for a shell. */
const linesOf = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.split('\n'));

const isElsewhere = (command: string) => elsewhere.some(([, some]) => some.test(command));

/** The same as one script, without the lines that run elsewhere. */
const scriptOf = (page: string) =>
  linesOf(page)
    .filter((line) => !isElsewhere(line))
    .join('\n')
    .trim();

/** The commands in the text of a page. In the tables of operators' commands the first word is the command's. */
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

/** The command with values for the words that stand for some. */
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
    .replace('--from TIME', '--from 2020-01-01T00:00:00Z')
    .replace('--until TIME', '--until 2020-01-02T00:00:00Z')
    .replace('--course ID', '--course course-v1:OrgX+Demo+2031')
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

it('each reason not to run a command here is needed', () => expect(commands.length).toBeGreaterThan(40));

it('every request of requests.http succeeds', () =>
  expect(requests.filter(({ status }) => status !== 200)).toEqual([]));

it.each(commands.filter((command) => !isElsewhere(command)))('%s', async (command) => {
  const [, says] = failing.find(([some]) => some.test(command)) ?? [];
  const { code, said } = await run(command);
  expect(`${code}: ${said}`).toMatch(says ? new RegExp(`^1: .*(${says.source})`, 's') : /^0: /);
});

it.each(pages.filter(scriptOf))(
  'the commands in the blocks of %s',
  async (page) => {
    const { code, said } = (await blocks.get(page))!;
    expect(`${code}: ${said}`).toMatch(/^0: /);
  },
  180_000,
);
