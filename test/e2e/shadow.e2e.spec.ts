import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProxy } from '../../apps/shadow/src/proxy.js';
import { readRecording, recordingLine } from '../../apps/shadow/src/recording.js';
import { defaults, type Line, Secondary } from '../../apps/shadow/src/secondary.js';
import { until } from '../../libs/event-store/src/testing.js';
import { send } from '../conformance/server.js';
import { courseId, openService, people, publishedExam, root, tokenOf } from '../support/service.js';

type Service = Awaited<ReturnType<typeof openService>>;
let [old, ours]: Service[] = [];
let lines: Line[];
let recorded: string[];
let proxies: Server[];
const folder = mkdtempSync(join(tmpdir(), 'shadow-'));

beforeAll(async () => {
  [old, ours] = await Promise.all([openService(), openService()]);
  for (const service of [old, ours]) await service.app.listen(0, '127.0.0.1');
});
beforeEach(() => {
  lines = [];
  recorded = [];
  proxies = [];
});
afterEach(() => {
  for (const proxy of proxies) proxy.close().closeAllConnections();
});
afterAll(async () => {
  await Promise.all([old, ours].map((service) => service?.close()));
  rmSync(folder, { recursive: true });
});

const addressOf = (server: Server) => new URL(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
const primary = () => addressOf(old.app.getHttpServer());

/** A proxy before the old service, which our service follows. `to`: another secondary. */
async function openShadow(to: URL = addressOf(ours.app.getHttpServer()), from = primary()) {
  const secondary = new Secondary(to, (line) => lines.push(line), { ...defaults, timeoutMs: 1000 });
  const proxy = createProxy({
    primary: from,
    paths: ['/api/edx_proctoring/'],
    follow(request, answer) {
      recorded.push(recordingLine(request, answer));
      secondary.follow(request, answer);
    },
    drop: (request, why) => secondary.drop(request, why),
  }).listen(0, '127.0.0.1');
  proxies.push(proxy);
  await until('the proxy listens', () => proxy.listening);
  const ask = async (person: Parameters<typeof tokenOf>[0], method: string, path: string, body?: object) => {
    const headers = { Authorization: `JWT ${await tokenOf(person)}`, 'Content-Type': 'application/json' };
    return send(Number(addressOf(proxy).port), { method, path, headers, body: body && JSON.stringify(body) });
  };
  return { ask, secondary };
}

/** The old service has used other ids. */
const useIds = (service: Service, ids: number) =>
  service.query(`select setval('exam_ids', ${ids}), setval('attempt_ids', ${ids})`);

const { staff, alice } = people;

it('a learner takes an exam of the old service, and ours does the same with ids of its own', async () => {
  await useIds(old, 500);
  const { ask, secondary } = await openShadow();
  const exams = [publishedExam('One', { is_proctored: false })];
  const published = await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, exams);
  const { exam_id } = (published.body as { exam_id: number }[])[0];
  expect(exam_id).toBeGreaterThan(500);
  const created = await ask(alice, 'POST', `${root}/attempt`, { exam_id, start_clock: 'true' });
  expect(created).toMatchObject({ status: 200 });
  const { exam_attempt_id } = created.body as { exam_attempt_id: number };
  await ask(alice, 'GET', `${root}/attempt/${exam_attempt_id}`);
  await ask(alice, 'PUT', `${root}/attempt/${exam_attempt_id}`, { action: 'submit' });
  await ask(staff, 'GET', `${root}/attempt/grouped/course_id/${courseId}`);
  await secondary.drained();
  expect(lines.map(({ method, same, differences, error }) => [method, same, differences, error])).toEqual(
    ['PATCH', 'POST', 'GET', 'PUT', 'GET'].map((method) => [method, true, undefined, undefined]),
  );
  expect(await ours.query('select status from attempts')).toEqual([{ status: 'submitted' }]);
});

it('a difference is reported with its place and both values', async () => {
  const { ask, secondary } = await openShadow();
  await ours.query(`update exams set exam_name = 'Another'`);
  await ask(staff, 'GET', `${root}/exam/course_id/${courseId}`);
  await secondary.drained();
  expect(lines).toEqual([
    expect.objectContaining({
      same: false,
      differences: expect.arrayContaining([{ place: 'body[0].exam_name', primary: 'One', secondary: 'Another' }]),
    }),
  ]);
});

it('the client has its answer while the secondary still gives none, which is reported', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await until('the silent server listens', () => silent.listening);
  const { ask, secondary } = await openShadow(addressOf(silent));
  expect(await ask(staff, 'GET', `${root}/exam/course_id/${courseId}`)).toMatchObject({ status: 200 });
  expect(lines).toEqual([]);
  await secondary.drained();
  expect(lines).toMatchObject([{ same: false, error: 'no answer within 1 s' }]);
  silent.close().closeAllConnections();
});

it('without an answer of the primary the client gets 502, and the secondary does not get the request', async () => {
  const gone = createServer().listen(0, '127.0.0.1');
  await until('the server listens', () => gone.listening);
  const address = addressOf(gone);
  gone.close();
  const { ask } = await openShadow(undefined, address);
  expect(await ask(staff, 'GET', `${root}/exam/course_id/${courseId}`)).toMatchObject({ status: 502 });
  expect(lines).toMatchObject([{ same: false, error: 'the primary did not answer' }]);
});

it('other paths are passed on, and not followed', async () => {
  const { ask, secondary } = await openShadow();
  expect(await ask(staff, 'GET', '/health/live')).toMatchObject({ status: 200 });
  await secondary.drained();
  expect(lines).toEqual([]);
});

it('a recording is sent to the secondary, and compared with the recorded answers', async () => {
  const { ask } = await openShadow();
  await ask(staff, 'GET', `${root}/exam/course_id/${courseId}`);
  const file = join(folder, 'recording.ndjson');
  writeFileSync(file, recorded.join(''));
  const reports: Line[] = [];
  const secondary = new Secondary(primary(), (line) => reports.push(line));
  for await (const { request, answer } of readRecording(file)) secondary.follow(request, answer!);
  await secondary.drained();
  expect(reports).toMatchObject([{ method: 'GET', same: true }]);
});

it('a shadow that is stopped waits for the answers of its clients, and records and compares them', async () => {
  const waiting: ServerResponse[] = [];
  const slow = createServer(({ url }, response) => void (url === '/' ? response.end() : waiting.push(response)));
  slow.listen(0, '127.0.0.1');
  const quick = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
  await until('both servers listen', () => slow.listening && quick.listening);
  const [report, recording] = [join(folder, 'stopped-report.ndjson'), join(folder, 'stopped-recording.ndjson')];
  const addresses = ['--primary', addressOf(slow).href, '--secondary', addressOf(quick).href, '--port', '0'];
  const args = ['dist/apps/shadow/src/main.js', ...addresses, '--report', report, '--record', recording];
  const shadow = spawn(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } });
  const ended = once(shadow, 'exit');
  let output = '';
  shadow.stdout.on('data', (part) => (output += part));
  await until('the shadow listens', () => /127\.0\.0\.1:\d+/.test(output));
  const address = `http://${/127\.0\.0\.1:\d+/.exec(output)}`;
  const answer = fetch(`${address}/api/edx_proctoring/v1/x`);
  await until('the old service has the request', () => waiting.length === 1);
  shadow.kill('SIGTERM');
  await until('the shadow accepts no more clients', () =>
    fetch(address).then(
      () => false,
      () => true,
    ),
  );
  waiting[0]!.end('{}');
  expect((await answer).status).toBe(200);
  expect(await ended).toEqual([0, null]);
  expect(output).toContain('1 same, 0 different, 0 not compared');
  for (const file of [report, recording]) expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(2);
  for (const server of [slow, quick]) server.close().closeAllConnections();
});

it('a line that is no exchange is refused with its number', async () => {
  const file = join(folder, 'broken.ndjson');
  writeFileSync(file, '\n{"request": {}}\n');
  await expect(readRecording(file).next()).rejects.toThrow('broken.ndjson, line 2 is not');
});
