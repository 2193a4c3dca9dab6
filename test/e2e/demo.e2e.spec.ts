import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../libs/event-store/src/testing.js';
import { openStartableDatabase } from '../support/database.js';
import { root, tokenSettings } from '../support/service.js';
import { startServiceProcess } from '../support/service-process.js';

const folder = mkdtempSync(join(tmpdir(), 'demo-'));
let database: Awaited<ReturnType<typeof openStartableDatabase>>;
let service: Awaited<ReturnType<typeof startServiceProcess>>;
let demo: ChildProcess | undefined;

beforeAll(async () => {
  database = await openStartableDatabase();
  service = await startServiceProcess('service', folder, { ...database.environment, LOG_LEVEL: 'error' });
}, 60_000);
afterAll(async () => {
  demo?.kill('SIGKILL');
  await service?.child.stop();
  await database?.close();
  rmSync(folder, { recursive: true });
});

function command(...args: string[]) {
  const environment = { ...process.env, ...tokenSettings, ...database.environment, DATA_DIR: folder, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, ['dist/apps/cli/src/main.js', ...args, '--url', service.url], {
    env: environment,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  return { child, output: () => output, ended: once(child, 'exit') };
}

/** The answer to a request of the person of a link. */
const ask = async (link: URL, path: string, more: RequestInit = {}) => {
  const token = link.hash.slice('#token='.length);
  const headers = { Authorization: `JWT ${token}`, 'Content-Type': 'application/json' };
  const answer = await fetch(service.url + path, { headers, ...more });
  return { status: answer.status, body: (await answer.json()) as any };
};
const linksIn = (text: string) => [...text.matchAll(/http:\S+#token=\S+/g)].map(([link]) => new URL(link));

it('the demo of an exam day makes within a minute what it says, and Ctrl-C leaves no running exam', async () => {
  const { child, output, ended } = command('demo', '--browser');
  demo = child;
  await until('the links are printed', () => /Ctrl-C ends it/.test(output()));
  const links = linksIn(output());
  expect(
    links.map(({ pathname }) => decodeURIComponent(pathname).replace(/course-v1:[^/]+|block-v1:[^/]+/g, '…')),
  ).toEqual([
    '/console/courses/…/exam-day',
    '/exams/…/…',
    '/console/my-exams',
    '/console/audit',
    '/console/operations',
  ]);
  const [staff, newcomer, rejected, auditor] = links as [URL, URL, URL, URL];
  for (const link of links) {
    expect((await fetch(link)).status).toBe(200);
    expect((await ask(link, '/api/exams/v1/me')).status).toBe(200);
  }
  const course = staff.pathname.split('/')[3]!;
  const attempts = async () => {
    const { body } = await ask(staff, `${root}/attempt/grouped/course_id/${course}`);
    return body.proctored_exam_attempts.flatMap(({ all_attempts }: any) => all_attempts);
  };
  const statuses = (await attempts()).map(({ status }: any) => status);
  for (const status of [
    'created',
    'ready_to_start',
    'started',
    'submitted',
    'second_review_required',
    'verified',
    'rejected',
    'error',
  ])
    expect(statuses).toContain(status);
  expect((await ask(newcomer, '/api/exams/v1/me/attempts')).body.attempts).toEqual([]);
  const [own] = (await ask(rejected, '/api/exams/v1/me/attempts')).body.attempts;
  expect(own.status).toBe('rejected');
  expect((await ask(rejected, `/api/exams/v1/me/attempts/${own.attempt_id}/appeal`)).body.answer).toBeNull();
  expect((await ask(auditor, `/api/audit/v1/attempts/${own.attempt_id}/history`)).body.problem).toBeNull();

  // Somebody takes the exam in a browser: the provider of the demo reports that the set-up is done.
  const asked = { exam_id: own.exam.exam_id, attempt_proctored: 'true' };
  await ask(newcomer, `${root}/attempt`, { method: 'POST', body: JSON.stringify(asked) });
  const newest = async () => (await ask(newcomer, '/api/exams/v1/me/attempts')).body.attempts[0];
  await until('the learner is ready', async () => (await newest())?.status === 'ready_to_start');

  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(output()).toContain('All who still ran an exam have handed in.');
  expect((await attempts()).filter(({ status }: any) => status === 'started')).toEqual([]);
}, 90_000);

it('npm run console prints a link that logs global staff in', async () => {
  const { output, ended } = command('console');
  expect(await ended).toEqual([0, null]);
  const [link] = linksIn(output());
  expect(link!.pathname).toBe('/console/');
  expect((await ask(link!, '/api/exams/v1/me')).body).toMatchObject({ username: 'staff', is_global_staff: true });
});
