import { randomUUID } from 'node:crypto';
import { callbackSignature } from '../../libs/providers/src/callback-signature.js';
import { PretendedProvider, softwareSecureAt } from '../../libs/providers/src/testing.js';
import { courseId, openCourse, people, root, roster } from '../support/service.js';

// Callbacks of providers are authenticated, and may review only attempts at exams of that provider.

const { staff, alice, teacher } = people;
const grader = { user_id: 12, preferred_username: 'grader' };
const callback = '/api/edx_proctoring/proctoring_review_callback/';
const secrets = {
  watchers: 'a-secret-for-signatures-of-the-watchers',
  rpnow: 'a-secret-of-the-path-of-RPNow-0123456789',
  rpnow_abroad: 'another-secret-of-another-RPNow-01234567',
};
const notAuthenticated = { status: 403, body: { detail: 'This callback is not authenticated.' } };
const noMatch = { status: 400, body: { detail: 'No attempt matches this review.' } };

let provider: PretendedProvider;
let service: Awaited<ReturnType<typeof openCourse>>;
let attempts: Record<string, { id: number; attempt_code: string; external_id: string }>;

const open = async (rpnow: object = { callback_secret: secrets.rpnow }) => {
  const secure = { provider: 'software_secure', ...softwareSecureAt(provider.url) };
  const PROCTORING_BACKENDS = {
    DEFAULT: 'test',
    test: {},
    watchers: { provider: 'test', callback_secret: secrets.watchers },
    rpnow: { ...secure, ...rpnow },
    rpnow_abroad: { ...secure, callback_secret: secrets.rpnow_abroad },
  };
  const users = [
    ...roster.users,
    { id: 12, username: 'grader', email: 'grader@example.org', groups: ['rpnow_review'] },
  ];
  const names = ['watchers', 'rpnow', 'rpnow_abroad', 'test'];
  service = await openCourse(Object.fromEntries(names.map((backend) => [backend, { backend }])), {
    settings: { PROCTORING_BACKENDS, SWITCHES: { 'edx_proctoring.reds_api_redirect': true } },
    roster: { ...roster, users },
  });
};

beforeAll(async () => {
  provider = await PretendedProvider.open();
  let locators = 0;
  provider.mood = ({ route }) =>
    route === 'POST /register' ? { body: { ssiRecordLocator: `SSI-${++locators}` } } : undefined;
  await open();
});
afterAll(async () => {
  await service.close();
  await provider.close();
});
beforeEach(async () => {
  attempts = {};
  for (const [name, exam_id] of Object.entries(service.exams)) {
    await ask(staff, 'DELETE', `${root}/exam_id/${exam_id}/user_id/${alice.user_id}/reset_attempts`);
    const created = await ask(alice, 'POST', `${root}/attempt`, { exam_id, attempt_proctored: 'true' });
    const path = `${root}/attempt/${created.body.exam_attempt_id}`;
    await ask(alice, 'PUT', path, { action: 'submit' });
    attempts[name] = (await ask(alice, 'GET', path)).body;
  }
});

const ask = (...request: Parameters<typeof service.request>) => service.request(...request);
const statusOf = async (name: string) =>
  (await ask(alice, 'GET', `${root}/attempt/${attempts[name]!.id}`)).body.status as string;
const reviewOf = (name: string, more: object = {}) => ({
  examMetaData: { examCode: attempts[name]!.attempt_code, ssiRecordLocator: attempts[name]!.external_id },
  reviewStatus: 'Clean',
  ...more,
});
const sendTo = (path: string, review: object, person?: typeof alice) => ask(person, 'POST', callback + path, review);
const lastReviewOf = async (name: string) => {
  const { rows } = await service.database.owner.query(
    `select data, metadata from events where type = 'ReviewReceived' and (data->>'attemptId')::int = $1
      order by position desc limit 1`,
    [attempts[name]!.id],
  );
  return rows[0];
};

describe('Software Secure', () => {
  it('a learner who knows code and locator of an attempt cannot verify it', async () => {
    for (const path of ['', 'guess/', `${secrets.watchers}/`, `${secrets.rpnow.slice(1)}/`])
      for (const person of [undefined, alice])
        expect(await sendTo(path, reviewOf('rpnow'), person)).toMatchObject(notAuthenticated);
    expect((await sendTo(secrets.rpnow, reviewOf('rpnow'))).status).toBe(404);
    expect(await statusOf('rpnow')).toBe('submitted');
    expect(await sendTo(`${secrets.rpnow}/`, reviewOf('rpnow'))).toMatchObject({ status: 200, body: 'OK' });
    expect(await statusOf('rpnow')).toBe('verified');
  });

  it('an unknown code, a wrong locator and an attempt of another provider get the same answer', async () => {
    const reviews = [
      reviewOf('rpnow', { examMetaData: { examCode: 'NOPE', ssiRecordLocator: 'x' } }),
      reviewOf('rpnow', { examMetaData: { examCode: attempts.rpnow!.attempt_code, ssiRecordLocator: 'x' } }),
      reviewOf('rpnow', { examMetaData: { examCode: attempts.rpnow!.attempt_code } }),
      reviewOf('rpnow_abroad'),
      reviewOf('watchers'),
      reviewOf('test'),
    ];
    for (const review of reviews) expect(await sendTo(`${secrets.rpnow}/`, review)).toMatchObject(noMatch);
    for (const name of Object.keys(attempts)) expect(await statusOf(name)).toBe('submitted');
  });

  it('accepts in `reviewed_by` only its own reviewers', async () => {
    const suspicious = (reviewed_by: string) => reviewOf('rpnow', { reviewStatus: 'Suspicious', reviewed_by });
    await sendTo(`${secrets.rpnow}/`, suspicious('teacher@example.org'));
    expect(await lastReviewOf('rpnow')).toMatchObject({
      data: { reviewedBy: null },
      metadata: { actor: { kind: 'provider', name: 'rpnow' } },
    });
    expect(await statusOf('rpnow')).toBe('second_review_required');
    await sendTo(`${secrets.rpnow}/`, suspicious('grader@example.org'));
    expect(await lastReviewOf('rpnow')).toMatchObject({ data: { reviewedBy: grader.user_id } });
  });

  it.each([
    ['http://video.example.org/1', undefined],
    ['https://evil.example.net/1', undefined],
    ['https://video.example.org@evil.example.net/1', undefined],
    ['https://video.example.org/1', 'https://video.example.org/1'],
  ])('the dashboard redirects staff for the link %s to %s', async (videoReviewLink, location) => {
    expect((await sendTo(`${secrets.rpnow}/`, reviewOf('rpnow', { videoReviewLink }))).status).toBe(200);
    const path = `/api/edx_proctoring/v1/instructor/${courseId}/${service.exams.rpnow}?attempt=${attempts.rpnow!.external_id}`;
    const dashboard = await ask(teacher, 'GET', path);
    expect([dashboard.status, dashboard.headers.location]).toEqual([location ? 302 : 404, location]);
  });
});

describe('a provider that signs', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const send = (name: string, body: object, more: Record<string, string> = {}, last = 'reviewed', asked = last) => {
    const { external_id } = attempts[name]!;
    const path = `${external_id}/${last}`;
    const bytes = JSON.stringify(body);
    const [time, nonce] = [more['x-proctoring-time'] ?? String(now()), more['x-proctoring-nonce'] ?? randomUUID()];
    return ask(undefined, 'POST', `${root}/attempt/${external_id}/${asked}`, body, {
      'x-proctoring-provider': 'watchers',
      'x-proctoring-time': time,
      'x-proctoring-nonce': nonce,
      'x-proctoring-signature': callbackSignature({ path, time, nonce, body: Buffer.from(bytes) }, secrets.watchers),
      ...more,
    });
  };

  it('reviews an attempt without a login, and the event names the provider', async () => {
    expect(await send('watchers', { status: 'passed' })).toMatchObject({ status: 200, body: 'OK' });
    expect(await statusOf('watchers')).toBe('verified');
    expect((await lastReviewOf('watchers')).metadata.actor).toEqual({ kind: 'provider', name: 'watchers' });
  });

  it('makes an attempt ready', async () => {
    expect((await send('watchers', {}, {}, 'ready')).status).toBe(200);
    expect(await send('watchers', {}, {}, 'ready', 'reviewed')).toMatchObject(notAuthenticated);
  });

  it('is refused with a wrong signature, an old time, or a signature that was used before', async () => {
    const review = { status: 'passed' };
    const nonce = { 'x-proctoring-nonce': randomUUID() };
    expect(await send('watchers', { status: 'great' }, nonce)).toMatchObject({ status: 400 });
    const refused: Record<string, string>[] = [
      nonce,
      { 'x-proctoring-signature': '00' },
      { 'x-proctoring-signature': '' },
      { 'x-proctoring-time': String(now() - 301) },
      { 'x-proctoring-time': String(now() + 305) },
      { 'x-proctoring-time': 'now' },
      { 'x-proctoring-nonce': 'short' },
      { 'x-proctoring-provider': 'rpnow' },
      { 'x-proctoring-provider': 'test' },
      { 'x-proctoring-provider': 'nobody' },
    ];
    for (const more of refused) expect(await send('watchers', review, more)).toMatchObject(notAuthenticated);
    expect(await statusOf('watchers')).toBe('submitted');
  });

  it("sees no other provider's attempts", async () => {
    const known = await send('test', { status: 'passed' });
    attempts.nobody = { ...attempts.test!, external_id: 'nobody-knows' };
    expect(await send('nobody', { status: 'passed' })).toEqual({ ...known, headers: expect.anything() });
    expect(known).toMatchObject(noMatch);
    expect((await send('test', {}, {}, 'ready')).status).toBe(404);
  });
});

describe('Software Secure without a secret', () => {
  afterEach(async () => {
    await service.close();
    await open();
  });

  it.each([
    ['and without addresses', {}, 403],
    ['from one of its addresses', { callback_networks: ['127.0.0.0/8'] }, 200],
    ['from elsewhere', { callback_networks: ['203.0.113.0/24', '2001:db8::/32'] }, 403],
  ])('%s: %j is answered %d', async (_, options, status) => {
    await service.close();
    await open(options);
    const created = await ask(alice, 'POST', `${root}/attempt`, {
      exam_id: service.exams.rpnow,
      attempt_proctored: 'true',
    });
    attempts.rpnow = (await ask(alice, 'GET', `${root}/attempt/${created.body.exam_attempt_id}`)).body;
    expect((await sendTo('', reviewOf('rpnow'))).status).toBe(status);
  });
});
