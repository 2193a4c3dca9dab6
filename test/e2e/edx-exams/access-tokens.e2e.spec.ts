import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { shared } from '../../support/hooks.js';
import { contentId, courseId, openCourse, type Person, people, root } from '../../support/service.js';

const { alice, bob, teacher, staff } = people;
const folder = mkdtempSync(join(tmpdir(), 'access-tokens-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [newer, older] = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
const keyFile = join(folder, 'keys.json');
const jwk = (key: any) => key.export({ format: 'jwk' });
writeFileSync(keyFile, JSON.stringify({ keys: [jwk(newer!.privateKey), jwk(older!.privateKey)] }));

const environment = { ACCESS_TOKEN_KEY_FILE: keyFile, PUBLIC_URL: 'https://exams.example.org' };
const soon = new Date(Date.now() + 1_800_000).toISOString();
const service = shared(() =>
  openCourse(
    { quiz: { is_proctored: false }, due: { due_date: soon }, hidden: { due_date: soon, hide_after_due: true } },
    { environment },
  ),
);

const ask = (person: Person | undefined, exam: string) =>
  service.request(person, 'GET', `/api/v1/access_tokens/exam_id/${service.exams[exam]}/`);
const refusal = { status: 403, body: { detail: 'Exam access token not granted' } };

describe('the access token of an exam', () => {
  it('is for a learner whose attempt runs, and not before or after', async () => {
    expect(await ask(alice, 'quiz')).toMatchObject(refusal);
    const id = await service.createAttempt(alice, service.exams.quiz!, {
      attempt_proctored: 'false',
      start_clock: 'true',
    });
    const { status, body } = await ask(alice, 'quiz');
    expect([status, body.exam_access_token_expiration]).toEqual([200, 60]);
    await service.request(alice, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
    expect(await ask(alice, 'quiz')).toMatchObject(refusal);
  });

  it('is signed with the first key, and the public keys are at /.well-known/jwks.json', async () => {
    const { body: keys } = await service.request(undefined, 'GET', '/.well-known/jwks.json');
    expect(keys.keys.map(({ n }: any) => n)).toEqual([newer, older].map((each) => jwk(each!.publicKey).n));
    expect(Object.keys(keys.keys[0])).toEqual(['kty', 'use', 'alg', 'n', 'e']);
    const { exam_access_token: token } = (await ask(teacher, 'quiz')).body;
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS512', typ: 'JWT' });
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [keys.keys[0]] }));
    expect(payload).toEqual({
      lms_user_id: teacher.user_id,
      exp: payload.iat! + 60,
      iat: expect.any(Number),
      iss: 'https://exams.example.org/',
      version: '1.2.0',
      course_id: courseId,
      content_id: contentId('quiz'),
    });
    expect(Math.abs(payload.iat! * 1000 - Date.now())).toBeLessThan(60_000);
  });

  it('is for staff of the course and global staff at any time', async () => {
    for (const person of [teacher, staff]) expect((await ask(person, 'hidden')).status).toBe(200);
  });

  it('is not found for an unknown exam, and needs a login', async () => {
    expect(await service.request(alice, 'GET', '/api/v1/access_tokens/exam_id/999999')).toMatchObject({
      status: 404,
      body: { detail: 'Exam does not exist' },
    });
    const { status, headers } = await ask(undefined, 'quiz');
    expect([status, headers['www-authenticate']]).toEqual([401, 'JWT realm="api"']);
  });

  it('is only read: another method is refused, and to a learner for lack of a right', async () => {
    const url = `/api/v1/access_tokens/exam_id/${service.exams.quiz}/`;
    expect(await service.request(alice, 'POST', url, {})).toMatchObject({
      status: 403,
      body: { detail: 'You do not have permission to perform this action.' },
    });
    const { status, headers } = await service.request(teacher, 'POST', url, {});
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it('is for everybody after the due date, but never if the exam is hidden then (H4)', async () => {
    for (const exam of ['due', 'hidden']) expect(await ask(bob, exam)).toMatchObject(refusal);
    await service.moveClock('45 minutes');
    expect((await ask(bob, 'due')).status).toBe(200);
    expect(await ask(bob, 'hidden')).toMatchObject(refusal);
    await service.moveClock('0 hours');
  });
});

it('a process without a common key has no access tokens, and says so', async () => {
  const other = await openCourse({ quiz: {} }, { environment: { ROLE: 'api' } });
  const url = `/api/v1/access_tokens/exam_id/${other.exams.quiz}`;
  expect(await other.request(teacher, 'GET', url)).toMatchObject({
    status: 503,
    body: { detail: expect.stringContaining('ACCESS_TOKEN_KEY_FILE') },
  });
  expect((await other.request(undefined, 'GET', '/.well-known/jwks.json')).body).toEqual({ keys: [] });
  await other.close();
});
