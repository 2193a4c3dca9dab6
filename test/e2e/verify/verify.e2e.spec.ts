import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  logVerifiers,
  newestSignedCheckpoint,
  readLogKeys,
  verifyProof,
  vkeyOf,
} from '../../../libs/merkle-log/src/index.js';
import { merkleLogOf, type TestedLog } from '../../../libs/merkle-log/src/testing.js';
import { courseId, openService, people, publishedExam, roster } from '../../support/service.js';

const { staff, alice, teacher } = people;
const program = 'dist/apps/cli/src/main.js';
const root = '/api/edx_proctoring/v1/proctored_exam';
let service: Awaited<ReturnType<typeof openService>>;
let log: TestedLog;
let attemptId: number;

beforeAll(async () => {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm test builds it, and so does npm run build`);
  service = await openService();
  log = merkleLogOf(service.database.pool);
  await service.request(staff, 'PUT', '/api/lms/v1/roster', roster);
  const exams = `${root}/exam_registration/course_id/${courseId}`;
  const { body } = await service.request(staff, 'PATCH', exams, [publishedExam('midterm')]);
  const attempt = { exam_id: body[0].exam_id, attempt_proctored: 'true' };
  attemptId = (await service.request(alice, 'POST', `${root}/attempt`, attempt)).body.exam_attempt_id;
  await act('start');
});
afterAll(async () => {
  await log.close();
  await service.close();
});

const act = (action: string) => service.request(alice, 'PUT', `${root}/attempt/${attemptId}`, { action });
const get = async (path: string) =>
  (await service.request(teacher, 'GET', `/api/audit/v1/attempts/${attemptId}/${path}`)) as {
    status: number;
    body: any;
  };

async function ops(...args: string[]) {
  const env = { ...process.env, ...service.database.environment, DATA_DIR: log.folder, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, [program, 'verify', ...args, '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? -1)));
  const [out, said, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return {
    code,
    said,
    lines: out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  };
}

async function grown() {
  const { rows } = await service.database.owner.query('select count(*)::int as events from events');
  await log.grown(1 + rows[0].events);
}

it('before anything is signed, no event has a proof and no history is called intact', async () => {
  expect(await get('proof')).toMatchObject({
    status: 404,
    body: { detail: 'No signed checkpoint covers this event yet.' },
  });
  const history = await get('history');
  const [first] = history.body.events;
  expect(history.body).toMatchObject({ is_intact: null, problem: null, covered_to_version: 0 });
  expect(history.body.not_covered_since).toBe(first.recordedAt);
});

describe('under a signed checkpoint', () => {
  beforeAll(async () => {
    log.build({ pollMs: 20 });
    await grown();
    await log.sign();
    await grown(); // the event that introduces the key
    await act('submit');
    await grown();
  });

  it('the history is intact up to an event, and says since when later ones are not covered', async () => {
    const { body } = await get('history');
    const [covered, later] = [body.events.at(-2), body.events.at(-1)];
    expect(later.type).toBe('AttemptSubmitted');
    expect(body).toMatchObject({ is_intact: true, problem: null, covered_to_version: covered.version });
    expect(body.not_covered_since).toBe(later.recordedAt);
  });

  it('each covered event has a proof that others verify with the public key', async () => {
    const { head, tree } = (await newestSignedCheckpoint(service.database.pool))!;
    const verifiers = logVerifiers(await readLogKeys(log.events), head.origin, tree, head.size);
    const { proofs } = (await get('proofs')).body;
    expect(proofs.map(({ proof }: any) => proof !== null)).toEqual([true, true, false]);
    for (const { version, leaf, proof } of proofs.slice(0, 2)) {
      expect(verifyProof(proof, leaf, verifiers).head).toEqual(head);
      expect((await get(`proof?version=${version}`)).body).toBe(proof);
    }
    expect(await get('proof')).toMatchObject({ status: 404 });
    expect(await get('proof?version=999')).toMatchObject({ status: 404 });
    expect(await get('proof?version=x')).toMatchObject({ status: 400 });
    const asked = await service.request(alice, 'GET', `/api/audit/v1/attempts/${attemptId}/proof`);
    expect(asked.status).toBe(403);
  });

  it('an operator verifies the log and the read models, the end of the log, and one attempt', async () => {
    const all = await ops();
    expect(all).toMatchObject({ code: 0, said: '' });
    expect(all.lines[0]).toMatchObject({ verify: 'log', tree: 1, notCoveredSince: expect.stringContaining('T') });
    expect(all.lines.map(({ verify }) => verify)).toContain('attempts');
    expect(await ops('--since', '2020-01-01')).toMatchObject({ code: 0, lines: [{ verify: 'log' }] });
    const one = await ops('--attempt', String(attemptId));
    expect(one).toMatchObject({ code: 0, lines: [{ attempt: attemptId, events: 3, coveredToVersion: 2 }] });
  });

  it('an operator gives a checkpoint from outside: the log must lead to it', async () => {
    const { note, head } = (await newestSignedCheckpoint(service.database.pool))!;
    const { publicKey } = (await readLogKeys(log.events))[0]!;
    const file = join(log.folder, 'checkpoint');
    const key = ['--checkpoint', file, '--key', vkeyOf(head.origin, Buffer.from(publicKey, 'base64'))];
    writeFileSync(file, note);
    expect(await ops('--since', '2020-01-01', ...key)).toMatchObject({ code: 0 });
    expect(await ops('--attempt', String(attemptId), ...key)).toMatchObject({ code: 0 });
    writeFileSync(file, note.replace(`\n${head.size}\n`, `\n${head.size + 1}\n`));
    const forged = await ops(...key);
    expect({ code: forged.code, said: forged.said }).toEqual({ code: 2, said: expect.stringContaining('is false') });
    expect(await ops('--checkpoint', file)).toMatchObject({ code: 2 });
    expect(await ops('--all', '--since', '2020-01-01')).toMatchObject({ code: 2 });
  });

  it('a time that the owner of the database changed is found, by the history and by the operator', async () => {
    const { owner } = service.database;
    const { rows } = await owner.query(
      `select tgrelid::regclass::text as name from pg_trigger where tgname = 'append_only'`,
    );
    for (const { name } of rows) await owner.query(`alter table ${name} disable trigger all`);
    await owner.query(`update events set recorded_at = recorded_at - interval '1 hour' where type = 'AttemptStarted'`);
    const { body } = await get('history');
    expect(body).toMatchObject({ is_intact: false, covered_to_version: 1 });
    expect(body.problem).toContain('version 2 (AttemptStarted) is not in the log as it was signed');
    const found = await ops();
    expect(found.code).toBe(1);
    expect(found.lines[0].error).toContain('(AttemptStarted) was changed: its position, its time, or its hash');
    expect((await ops('--attempt', String(attemptId))).code).toBe(1);
  });
});
