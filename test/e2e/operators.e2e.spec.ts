import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { loadConfiguration } from '../../libs/configuration/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { Mailer } from '../../libs/mail/src/index.js';
import { MailServer } from '../../libs/mail/src/testing.js';
import { fresh } from '../support/hooks.js';
import { courseId, openCourse, people, root, tokenSettings } from '../support/service.js';

const { staff, alice, bob } = people;
const program = 'dist/apps/cli/src/main.js';
const folder = mkdtempSync(join(tmpdir(), 'operators of a test '));
const settingsFile = join(folder, 'settings.json');

const service = fresh(() => openCourse({ Midterm: {} }));
const { request: ask, query } = service;
let exam: number;

beforeAll(async () => {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm test builds it, and so does npm run build`);
});
beforeEach(() => {
  exam = service.exams.Midterm;
});
afterAll(() => rmSync(folder, { recursive: true }));

const submitAttempt = async (person = alice) => {
  const id = await service.createAttempt(person, exam);
  await ask(person, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
  return id;
};
const statuses = async () => (await query('select status from attempts order by id')).map(({ status }) => status);
const lastActor = async () =>
  (await query('select metadata from events order by position desc limit 1'))[0].metadata.actor;
const written = async () =>
  JSON.stringify(
    await Promise.all(['events', 'attempts', 'users', 'learner_keys'].map((table) => query(`table ${table}`))),
  );

/** Runs a command as an operator does. */
async function run(args: string[], more: Record<string, string> = {}) {
  const { dataDir } = service.configuration;
  const env = { ...process.env, ...service.database.environment, DATA_DIR: dataDir, NODE_OPTIONS: '', ...more };
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? -1)));
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, errors };
}
const json = ({ out }: { out: string }) =>
  out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

it.each([
  ['token', '--user-id', '1'],
  ['replay', '--from', '2000-01-01', '--json'],
])('a reader of the output may close early, as head does: %s', (...args: string[]) => {
  const command = [process.execPath, program, ...args].join(' ');
  const env = {
    ...process.env,
    ...service.database.environment,
    ...tokenSettings,
    NODE_OPTIONS: '',
  };
  const { stdout, stderr } = spawnSync('bash', ['-c', `${command} | true; echo "code \${PIPESTATUS[0]}"`], {
    env,
    encoding: 'utf8',
  });
  expect({ stdout, stderr }).toEqual({ stdout: 'code 0\n', stderr: '' });
});

it('a command sets the status of an attempt with all effects, and the event names the operator', async () => {
  const id = await submitAttempt();
  const result = await run(['set-attempt-status', '--attempt', `${id}`, '--to', 'verified', '--operator', 'olga']);
  expect(result).toMatchObject({
    code: 0,
    out: `attempt ${id}, to verified: events AttemptVerified\n1 done, 0 failed\n`,
  });
  expect(await statuses()).toEqual(['verified']);
  const [{ data, metadata }] = await query("select data, metadata from events where type = 'AttemptVerified'");
  expect(metadata.actor).toEqual({ kind: 'operator', name: 'olga' });
  expect(data.effects).toContainEqual({ kind: 'credit', status: 'satisfied' });
  expect(data.effects).toContainEqual({ kind: 'mail', template: 'verified' });
});

it('a refused change and an unknown attempt end with exit code 1 and write nothing', async () => {
  const id = await submitAttempt();
  const before = await written();
  const back = await run(['set-attempt-status', '-a', `${id}`, '-t', 'started', '--json']);
  expect(back.code).toBe(1);
  expect(json(back)).toEqual([
    { attempt: id, to: 'started', error: expect.stringContaining('transition'), dryRun: false },
  ]);
  const missing = await run(['set-attempt-status', '-a', '999', '-t', 'error']);
  expect(missing).toMatchObject({ code: 1, out: expect.stringContaining('There is no attempt 999.') });
  expect(await written()).toBe(before);
});

it('what-if prints the outcomes under another policy and writes nothing but an entry in the access log', async () => {
  const id = await submitAttempt();
  await ask(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, { status: 'passed', comments: [] });
  const before = await written();
  const result = await run([
    'what-if',
    '--course',
    courseId,
    '--passing',
    'Suspicious',
    '--second-review',
    'off',
    '--json',
  ]);
  expect(result.code).toBe(0);
  expect(json(result)).toEqual([
    {
      ...{ exam_id: exam, user_id: alice.user_id, attempt_id: id },
      differences: [{ field: 'status', before: 'verified', after: 'rejected' }],
    },
  ]);
  expect(await written()).toBe(before);
  expect(await query("select objects from access_log where action = 'ops what-if'")).toEqual([
    { objects: [`course:${courseId}`] },
  ]);
  for (const wrong of [[], ['--passing', 'good'], ['--limit-minutes', '0'], ['--second-review', 'maybe']])
    expect(await run(['what-if', '--course', courseId, ...wrong])).toMatchObject({ code: 2, out: '' });
});

it.each([
  ['an option is missing', ['set-attempt-status', '--attempt', '1']],
  ['a status cannot be set', ['set-attempt-status', '-a', '1', '-t', 'expired']],
  ['an id is not a number', ['reset-attempts', '--exam', 'x', '--user', '2']],
  ['the command is unknown', ['reset-everything']],
  ['the exam is unknown', ['update-attempts-for-exam', '--exam', '999']],
  ['a time is malformed', ['update-status-from-review', '--from', 'yesterday', '--until', '2031-01-01']],
  ['there is no selection for a replay', ['replay']],
  ['the subscription of dead letters is missing', ['dead-letters', 'retry']],
  ['the subscription is unknown', ['dead-letters', 'retry', 'nobody']],
  ['an action on a callback is unknown', ['callbacks', 'forget', '1']],
  ['the read model is unknown', ['rebuild', 'learners']],
  ['the user of a token is malformed', ['token', '--user-id', 'x']],
])('when %s, the exit code is 2, and a line says why', async (_, args) => {
  const { code, errors } = await run(args);
  expect({ code, errors }).toEqual({ code: 2, errors: expect.stringMatching(/\S/) });
  expect(errors).not.toMatch(/^\s+at /m);
});

it.each<[string, (id: number) => string[], string[]]>([
  ['set-attempt-status', (id) => ['-a', `${id}`, '-t', 'rejected'], ['AttemptRejected']],
  ['reset-attempts', () => ['--exam', `${exam}`, '--user', '2'], ['AttemptRemoved']],
  ['update-attempts-for-exam', () => ['--exam', `${exam}`], ['AttemptSubmitted']],
  ['update-status-from-review', () => ['--from', '2020-01-01', '--until', '2099-01-01'], ['AttemptVerified']],
  ['retire-user', () => ['--user', '2'], ['LearnerRetired']],
])('a dry run of %s shows the events and writes nothing', async (name, argsOf, events) => {
  const id = await submitAttempt();
  if (name.includes('review'))
    await ask(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, { status: 'passed', comments: [] });
  const before = await written();
  const result = await run([name, ...argsOf(id), '--dry-run', '--json']);
  expect(json(result)).toEqual([expect.objectContaining({ events, dryRun: true })]);
  expect(result.code).toBe(0);
  expect(await written()).toBe(before);
});

it("all attempts of one learner at an exam are removed, and no other learner's", async () => {
  await submitAttempt();
  await submitAttempt(bob);
  const result = await run(['reset-attempts', '--exam', `${exam}`, '--user', '2', '--json']);
  expect(result.code).toBe(0);
  expect(json(result)).toEqual([{ exam, user: 2, attempts: [1], events: ['AttemptRemoved'], dryRun: false }]);
  expect(await query('select user_id::int from attempts')).toEqual([{ user_id: 3 }]);
  expect(await lastActor()).toEqual({ kind: 'operator', name: userInfo().username });
  expect((await run(['reset-attempts', '--exam', `${exam}`, '--user', '2'])).code).toBe(1);
});

it('each attempt at an exam is set to its own status again', async () => {
  const [hers, his] = [await submitAttempt(), await submitAttempt(bob)];
  const [{ completed_at: before }] = await query(`select completed_at from attempts where id = ${hers}`);
  await run(['set-attempt-status', '-a', `${his}`, '-t', 'verified']);
  const result = await run(['update-attempts-for-exam', '--exam', `${exam}`, '--json']);
  expect(json(result).map(({ events }) => events)).toEqual([['AttemptSubmitted'], ['AttemptVerified']]);
  expect(await statuses()).toEqual(['submitted', 'verified']);
  const [{ completed_at: after }] = await query(`select completed_at from attempts where id = ${hers}`);
  expect(after.getTime()).toBeGreaterThan(before.getTime());
});

it('reviews are judged again by the present settings', async () => {
  const id = await submitAttempt();
  await ask(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, { status: 'suspicious', comments: [] });
  expect(await statuses()).toEqual(['second_review_required']);
  writeFileSync(settingsFile, JSON.stringify({ REQUIRE_FAILURE_SECOND_REVIEWS: false }));
  const args = ['update-status-from-review', '--from', '2020-01-01', '--until', '2099-01-01'];
  const result = await run(args, { PROCTORING_CONFIG: settingsFile });
  expect(result).toMatchObject({ code: 0, out: expect.stringContaining('AttemptRejected') });
  expect(await statuses()).toEqual(['rejected']);
  expect(await run(['update-status-from-review', '--from', '2020-01-01', '--until', '2021-01-01'])).toMatchObject({
    code: 0,
    out: '0 done, 0 failed\n',
  });
});

it('reviews of removed attempts are listed', async () => {
  const id = await submitAttempt();
  await ask(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, { status: 'passed', comments: [] });
  expect(json(await run(['set-is-attempt-active', '--json']))).toEqual([]);
  await run(['reset-attempts', '--exam', `${exam}`, '--user', '2']);
  const [code] = await query(`select data->>'attemptCode' as code from events where type = 'AttemptCreated'`);
  expect(json(await run(['set-is-attempt-active', '--json']))).toEqual([{ attempt: id, ...code }]);
});

it('a command retires a learner as the request does', async () => {
  await submitAttempt();
  const result = await run(['retire-user', '--user', '2', '--operator', 'olga', '--json']);
  expect(json(result)).toEqual([{ user: 2, events: ['LearnerRetired'], dryRun: false }]);
  expect(await query('select username, email from users where id = 2')).toEqual([
    { username: 'retired user 2', email: '' },
  ]);
  expect(await query('select key from learner_keys where user_id = 2')).toEqual([{ key: null }]);
  expect(await lastActor()).toEqual({ kind: 'operator', name: 'olga' });
});

it('the history of an attempt is printed and verified; a changed history fails', async () => {
  const id = await submitAttempt();
  const types = async (...args: string[]) => json(await run(['replay', ...args, '--json'])).map(({ type }) => type);
  const history = ['AttemptCreated', 'AttemptSubmitted'];
  expect(await types('--attempt', `${id}`)).toEqual(history);
  expect(await types('--stream', `attempts-${exam}-2`)).toEqual(history);
  expect((await run(['replay', '--attempt', `${id}`])).out).toMatch(
    /^stream attempts-\d+-2, version 1, .* type AttemptCreated, by .*\nstream attempts-\d+-2, version 2, /,
  );
  expect(await run(['replay', '--attempt', '999'])).toMatchObject({ code: 1, errors: 'There is no attempt 999.\n' });
  await query(`update streams set head_hash = '\\x00' where id = 'attempts-${exam}-2'`);
  expect((await run(['replay', '--attempt', `${id}`])).code).toBe(1);
});

describe('a dead letter', () => {
  let server: MailServer;
  let smtp: Record<string, string>;

  beforeEach(async () => {
    server = new MailServer();
    await server.open();
    writeFileSync(settingsFile, JSON.stringify({ DEFAULT_FROM_EMAIL: 'exams@example.org' }));
    smtp = { SMTP_URL: server.url, PROCTORING_CONFIG: settingsFile };
    server.faults = { recipient: () => 550 };
    const configuration = loadConfiguration({ ...smtp, DATA_DIR: folder });
    const end = new AbortController();
    const running = new Mailer({ database: service.database.pool, configuration }, { pollMs: 5 }).run(end.signal);
    await until('the mailer reads the log', async () => (await query('select from checkpoints')).length === 1);
    const first = await submitAttempt();
    await ask(staff, 'POST', `${root}/attempt/test-attempt-${first}/reviewed`, { status: 'passed', comments: [] });
    await submitAttempt(bob);
    await until('there are dead letters of both learners', async () => (await letters()).length === 4);
    end.abort();
    await running;
  });
  afterEach(() => server.close());

  const all = ['AttemptSubmitted', 'ReviewReceived', 'AttemptVerified'];
  const letters = () => query('select learner, event_id from dead_letters order by generation, xid, position');
  const [hers, his] = ['attempts-1-2', 'attempts-1-3'];

  it('is listed, and a dry run of retry or skip shows it and does nothing', async () => {
    const before = await letters();
    const listed = await run(['dead-letters', 'list', '--json'], smtp);
    expect(json(listed).map(({ follower, learner, type }) => [follower, learner, type])).toEqual([
      ['mail', hers, 'AttemptSubmitted'],
      ['mail', hers, 'ReviewReceived'],
      ['mail', hers, 'AttemptVerified'],
      ['mail', his, 'AttemptSubmitted'],
    ]);
    expect((await run(['dead-letters', 'list', 'mail'], smtp)).out).toMatch(/^follower mail, learner attempts-1-2, /);
    server.faults = {};
    const again = await run(['dead-letters', 'retry', 'mail', hers, '--dry-run', '--json'], smtp);
    expect(json(again)).toEqual([{ follower: 'mail', learner: hers, delivered: all, dryRun: true }]);
    const { event_id } = before[0];
    const skipped = await run(['dead-letters', 'skip', 'mail', event_id, '--dry-run', '--json'], smtp);
    expect(json(skipped)).toEqual([{ follower: 'mail', event: event_id, skipped: 'AttemptSubmitted', dryRun: true }]);
    expect(await letters()).toEqual(before);
    expect(server.taken).toEqual([]);
  });

  it('is delivered by a retry, and stays if it is refused again', async () => {
    expect(await run(['dead-letters', 'retry', 'mail'], smtp)).toMatchObject({
      code: 1,
      out: expect.stringContaining('0 done, 2 failed'),
    });
    server.faults = { recipient: (address) => (address.startsWith('bob') ? 550 : undefined) };
    const again = await run(['dead-letters', 'retry', 'mail', '--json'], smtp);
    expect(again.code).toBe(1);
    expect(json(again)).toEqual([
      { follower: 'mail', learner: hers, delivered: all, dryRun: false },
      { follower: 'mail', learner: his, error: expect.stringContaining('550'), dryRun: false },
    ]);
    expect(server.taken).toHaveLength(2);
    const [{ learner, event_id }] = await letters();
    expect(learner).toBe(his);
    expect(await run(['dead-letters', 'skip', 'mail', event_id], smtp)).toMatchObject({ code: 0 });
    expect(await run(['dead-letters', 'skip', 'mail', event_id], smtp)).toMatchObject({ code: 1 });
    expect(await letters()).toEqual([]);
  });
});

describe('a review that was refused', () => {
  let refused: number;
  const callbacks = () => query('select id from quarantined_callbacks');

  beforeEach(async () => {
    const id = await submitAttempt();
    await service.publish({ Midterm: { is_proctored: false } });
    await ask(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, { status: 'passed', comments: [] });
    [{ id: refused }] = json(await run(['callbacks', 'list', '--json']));
  });

  it('can be replayed, and leaves the quarantine when it is accepted; the event names the operator', async () => {
    const tried = await run(['callbacks', 'replay', `${refused}`, '--json']);
    expect(tried.code).toBe(1);
    expect(json(tried)).toEqual([{ callback: refused, error: expect.any(String), dryRun: false }]);
    await service.publish({ Midterm: {} });
    const before = await written();
    const dry = await run(['callbacks', 'replay', `${refused}`, '--dry-run', '--json']);
    const events = ['ReviewReceived', 'AttemptVerified'];
    expect(json(dry)).toEqual([{ callback: refused, events, dryRun: true }]);
    expect(await written()).toBe(before);
    expect(await callbacks()).toHaveLength(1);
    const taken = await run(['callbacks', 'replay', `${refused}`, '--operator', 'olga', '--json']);
    expect(json(taken)).toEqual([{ callback: refused, events, dryRun: false }]);
    expect(await statuses()).toEqual(['verified']);
    expect(await lastActor()).toEqual({ kind: 'operator', name: 'olga' });
    expect(await callbacks()).toEqual([]);
  });

  it('can be discarded, but not by a dry run', async () => {
    const dry = await run(['callbacks', 'discard', `${refused}`, '--dry-run']);
    expect(dry).toMatchObject({ code: 0, out: `callback ${refused}: discarded true\n1 done (dry run), 0 failed\n` });
    expect(await callbacks()).toHaveLength(1);
    expect(await run(['callbacks', 'discard', `${refused}`])).toMatchObject({ code: 0 });
    expect(await run(['callbacks', 'discard', `${refused}`])).toMatchObject({ code: 1 });
  });
});

it('only the owner of the tables can rebuild a read model', async () => {
  const result = await run(['rebuild', 'attempts'], { MIGRATION_DATABASE_URL: '' });
  expect(result).toMatchObject({ code: 1, errors: expect.stringContaining('Set MIGRATION_DATABASE_URL') });
});

it('a rebuild compares a read model with the log and swaps it in; a dry run only compares', async () => {
  await submitAttempt();
  const [{ oid: before }] = await query("select 'attempts'::regclass::oid");
  const table = async () => (await query("select 'attempts'::regclass::oid"))[0].oid;
  const dry = await run(['rebuild', 'attempts', '--dry-run', '--json']);
  expect(json(dry)).toEqual([
    { table: 'attempts', events: expect.any(Number), rows: 1, differing: [], swapped: false, dryRun: true },
  ]);
  expect(dry.code).toBe(0);
  expect(await table()).toBe(before);
  await query("update attempts set status = 'verified'");
  const differing = await run(['rebuild', 'attempts', '--json']);
  expect(differing.code).toBe(1);
  expect(json(differing)).toEqual([
    { table: 'attempts', error: 'rows 1 differ from the log, so nothing is swapped in', dryRun: false },
  ]);
  expect(json(await run(['rebuild', 'attempts', '--replace', '--json']))).toMatchObject([
    { differing: [1], swapped: true },
  ]);
  expect(await statuses()).toEqual(['submitted']);
  expect(await table()).not.toBe(before);
});

it('the file of obscured ids has the ids of the LMS and the present ids', async () => {
  const [from, to] = ['in.csv', 'out.csv'].map((name) => join(folder, name));
  writeFileSync(from, 'email,user_id\nalice@example.org,2\nnobody@example.org,\nalice@example.org,3\n');
  writeFileSync(settingsFile, JSON.stringify({ PROCTORING_USER_OBFUSCATION_KEY: 'new' }));
  const env = { DJANGO_SECRET_KEY: 'old', PROCTORING_CONFIG: settingsFile };
  const args = ['obscured-ids', from, to, '--backend', 'watchers'];
  const dry = await run([...args, '--dry-run', '--json'], env);
  expect(json(dry)).toEqual([{ file: to, learners: 1, dryRun: true }]);
  expect(existsSync(to)).toBe(false);
  expect(await run(args, env)).toMatchObject({ code: 0 });
  expect(readFileSync(to, 'utf8')).toMatch(
    /^email,existing_user_id,target_user_id\nalice@example\.org,[0-9a-f]{40},[0-9a-f]{40}\n$/,
  );
  expect((await run(['obscured-ids', from, to])).code).toBe(2);
});

it('a command that needs no database is in the access log, and warns if it cannot reach the database', async () => {
  const begun = () =>
    query(`select action, outcome, objects, token_id, os_user from access_log where os_user is not null order by id`);
  const env = { ...tokenSettings, DJANGO_SECRET_KEY: 'old', KAFKA_BROKERS: '127.0.0.1:1' };
  const made = await run(['token', '--user-id', '7', '--username', 'Bob Planted'], env);
  expect(made).toMatchObject({ code: 0, errors: '' });
  const headers = { authorization: `JWT ${made.out.trim()}` };
  expect((await service.app.inject({ url: '/api/audit/v1/access', headers })).statusCode).toBe(403);
  const [from, to] = ['empty.csv', 'obscured.csv'].map((name) => join(folder, name));
  writeFileSync(from!, 'email,user_id\n');
  expect(await run(['obscured-ids', from!, to!], env)).toMatchObject({ code: 0 });
  await run(['topics'], env);
  const of = { outcome: 'begun', os_user: userInfo().username };
  expect(await begun()).toEqual([
    { ...of, action: 'token', objects: ['user:7'], token_id: expect.stringMatching(/^[\w-]{22}$/) },
    { ...of, action: 'ops obscured-ids', objects: [], token_id: null },
    { ...of, action: 'ops topics', objects: [], token_id: null },
  ]);
  const used = `select from access_log where token_id = '${(await begun())[0].token_id}' and user_id = 7`;
  await until('the use of the token is recorded under the same id', async () => (await query(used)).length > 0);
  const nowhere = 'postgres://nobody@127.0.0.1:1/none';
  const away = { ...env, DATABASE_URL: nowhere, WORKER_DATABASE_URL: nowhere };
  const unrecorded = await run(['token', '--user-id', '7'], away);
  expect(unrecorded).toMatchObject({ code: 0, out: expect.stringMatching(/^ey/) });
  expect(unrecorded.errors).toContain('no entry in the access log');
});

it('the access log has each command with the user of the operating system, even if another name was given', async () => {
  const attempt = await submitAttempt();
  const args = ['set-attempt-status', '-a', String(attempt), '-t', 'verified', '--operator', 'somebody else'];
  expect(await run(args, { USER: 'nobody', LOGNAME: 'nobody' })).toMatchObject({ code: 0 });
  await run(['callbacks', 'list']);
  await run(['retire-user', '--user', '2', '--dry-run']);
  await run(['callbacks', 'discard', '99']);
  const entries = await query('select * from access_log where os_user is not null order by id');
  const { username } = userInfo();
  expect(new Set(entries.map(({ os_user }) => os_user))).toEqual(new Set([username]));
  expect(entries.map(({ action, outcome, objects }) => [action, outcome, objects])).toEqual([
    ['ops set-attempt-status', 'begun', []],
    ['ops set-attempt-status', 'done', [`attempt:${attempt}`]],
    ['ops callbacks list', 'begun', []],
    ['ops retire-user', 'begun', []],
    ['ops retire-user', 'dry run', ['user:2']],
    ['ops callbacks discard', 'begun', []],
    ['ops callbacks discard', 'failed', ['callback:99']],
  ]);
  expect(entries[0].operator).toBe('somebody else');
  const [{ metadata }] = await query(`select metadata from events order by position desc limit 1`);
  expect(metadata.requestId).toBe(entries[0].request_id);
});
