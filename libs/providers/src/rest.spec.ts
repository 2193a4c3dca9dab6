import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import { until } from '../../event-store/src/testing.js';
import { type ProviderOptions, providerOf } from './index.js';
import { lateAnswer, PretendedProvider } from './testing.js';

let server: PretendedProvider;
beforeAll(async () => {
  server = await PretendedProvider.open();
});
afterAll(() => server.close());
beforeEach(() => server.forget());

const provider = (more: ProviderOptions = {}, host = {}) =>
  providerOf(
    {
      backends: {
        rest: {
          base_url: server.url,
          client_id: 'lms',
          client_secret: 'a secret of the provider',
          verbose_name: 'Watchers',
          ...more,
        },
      },
      defaultBackend: 'rest',
      pingIntervalSeconds: 60,
      allowCallbackSimulation: false,
      defaultReviewPolicy: '',
      languageCode: 'en',
      lmsRootUrl: '',
      ...host,
    },
    null,
  );
const impatient = () => provider({ request_timeout: 1 });
const at = '2031-05-05T10:00:00.000Z';
const exam = { id: 7, external_id: 'exam-1', course_id: 'course-v1:a+b+c', exam_name: 'Midterm' };
const context = {
  lms_host: 'https://lms.example.org',
  time_limit_mins: 30,
  attempt_code: 'CODE',
  is_sample_attempt: false,
  user_id: 'obscured',
  full_name: 'Alice Learner',
  email: null,
};
const register = (by = provider()) => by.register(exam, context, 1, at);
const outcome = (promise: Promise<unknown>) => promise.catch(({ status, message }) => ({ status, message }));

describe('the token', () => {
  it('is requested once, by a form, and is sent with each call', async () => {
    const rest = provider();
    await Promise.all([rest.notify('start', 'exam-1', 'a'), rest.notify('stop', 'exam-1', 'b')]);
    await rest.notify('stop', 'exam-1', 'a');
    const [first, ...calls] = server.calls;
    expect(first).toMatchObject({
      route: 'POST /oauth2/access_token',
      body: 'grant_type=client_credentials&client_id=lms&client_secret=a+secret+of+the+provider&token_type=jwt',
    });
    expect(calls.map(({ authorization }) => authorization)).toEqual(Array(3).fill('JWT token-1'));
  });

  it('is renewed before it expires', async () => {
    server.tokenSeconds = 4;
    const rest = provider();
    await rest.notify('start', 'exam-1', 'a');
    await rest.notify('stop', 'exam-1', 'a');
    expect(server.routes()).toEqual([
      'POST /oauth2/access_token',
      'PATCH /api/v1/exam/exam-1/attempt/a/',
      'POST /oauth2/access_token',
      'PATCH /api/v1/exam/exam-1/attempt/a/',
    ]);
  });

  it('that the provider no longer accepts is replaced, and the call is repeated once', async () => {
    const rest = provider();
    await rest.notify('start', 'exam-1', 'a');
    server.answers({ status: 401 });
    await rest.notify('stop', 'exam-1', 'a');
    expect(server.calls.at(-1)).toMatchObject({ authorization: 'JWT token-2', json: { status: 'submitted' } });
    server.answers({ status: 401 }, { status: 401 });
    expect(await outcome(rest.notify('stop', 'exam-1', 'a'))).toMatchObject({ status: 401 });
  });

  it('that the provider does not give is reported', async () => {
    server.tokenStatus = 400;
    expect(await outcome(register())).toEqual({ status: 502, message: 'Watchers gives no access token.' });
  });
});

describe('the registration of an attempt', () => {
  it('has the data of the attempt, but not its code', async () => {
    server.answers({ body: { id: 'attempt-1', status: 'created' } });
    expect(await register()).toEqual({ externalId: 'attempt-1' });
    const { attempt_code, ...sent } = context;
    expect(server.calls.at(-1)).toMatchObject({
      route: 'POST /api/v1/exam/exam-1/attempt/',
      json: { ...sent, status: 'created' },
    });
    expect(server.calls.at(-1)!.json).not.toHaveProperty('attempt_code');
  });

  it.each([
    [{ body: { id: 12 } }, { externalId: '12' }],
    [{ body: { id: 'a', status: 'onboarding_missing' } }, { onboardingError: 'onboarding_missing' }],
    [{ body: {} }, { status: 200, message: 'Watchers sent no id for the attempt.' }],
    [{ text: 'garbage' }, { status: 200, message: 'Watchers sent no id for the attempt.' }],
    [{ body: { id: 'x'.repeat(256) } }, { status: 200, message: 'Watchers sent no id for the attempt.' }],
    [{ body: { id: 'a\0b' } }, { status: 200, message: 'Watchers sent no id for the attempt.' }],
    [{ body: { id: { a: 1 } } }, { status: 200, message: 'Watchers sent no id for the attempt.' }],
    [{ status: 201, body: { id: 'a' } }, { externalId: 'a' }],
    [{ status: 400 }, { status: 400, message: 'Watchers cannot register the attempt (HTTP 400).' }],
  ])('answered %j leads to %j', async (answer, expected) => {
    server.answers(answer);
    expect(await outcome(register())).toEqual(expected);
    expect(server.routes().filter((route) => route.endsWith('/attempt/'))).toHaveLength(1);
  });

  it('is tried again once if the provider is busy', async () => {
    server.answers({ status: 503 }, { body: { id: 'attempt-2' } });
    expect(await register()).toEqual({ externalId: 'attempt-2' });
    server.answers({ status: 502 }, { status: 503 });
    expect(await outcome(register())).toMatchObject({ status: 503 });
  });

  it('is not tried again if the provider takes too long, because it may have succeeded', async () => {
    server.answers(lateAnswer);
    const since = Date.now();
    expect(await outcome(register(impatient()))).toEqual({ status: 504, message: 'Watchers does not answer.' });
    expect(Date.now() - since).toBeLessThan(30_000);
    expect(server.routes().filter((route) => route.endsWith('/attempt/'))).toHaveLength(1);
  });

  it('that is answered after the time limit is reported, so that it can be removed', async () => {
    server.answers({ delayMs: 2_000, body: { id: 'late' } }, { delayMs: 2_000, status: 500 });
    const late: unknown[] = [];
    const rest = impatient();
    for (const _ of ['registered', 'refused'])
      expect(await outcome(rest.register(exam, context, 1, at, (each) => late.push(each)))).toMatchObject({
        status: 504,
      });
    await until('the provider has answered', () => late.length > 0);
    expect(await rest.register(exam, context, 1, at, (each) => late.push(each))).toEqual({ externalId: 'attempt-1' });
    expect(late).toEqual([{ externalId: 'late' }]);
  });

  it('is refused until the provider has an id for the exam', async () => {
    const unnamed = provider().register({ ...exam, external_id: null }, context, 1, at);
    expect(await outcome(unnamed)).toMatchObject({ status: 503 });
    expect(server.calls).toEqual([]);
  });

  it('at an unreachable provider is refused', async () =>
    expect(await outcome(register(provider({ base_url: 'http://127.0.0.1:1' })))).toEqual({
      status: 503,
      message: 'Watchers does not answer.',
    }));
});

describe('a notification about an attempt', () => {
  it.each([
    ['start', 'PATCH', { status: 'started' }],
    ['stop', 'PATCH', { status: 'submitted' }],
    ['mark_erroneous', 'PATCH', { status: 'error' }],
    ['remove', 'DELETE', undefined],
  ] as const)('%s is sent by %s', async (notification, method, json) => {
    server.answers({ body: { status: 'deleted' } });
    await provider().notify(notification, 'exam-1', 'attempt/1');
    expect(server.calls.at(-1)).toMatchObject({ route: `${method} /api/v1/exam/exam-1/attempt/attempt%2F1/`, json });
  });

  it('remove succeeds if the provider does not have the attempt', async () => {
    server.answers({ status: 404 });
    await provider().notify('remove', 'exam-1', 'a');
  });

  it.each([
    ['start', { status: 201, body: {} }],
    ['stop', { status: 204, text: '' }],
    ['remove', { status: 204, text: '' }],
    ['remove', { status: 201, body: {} }],
  ] as const)('%s answered %j succeeds', async (notification, answer) => {
    server.answers(answer);
    await provider().notify(notification, 'exam-1', 'a');
  });

  it.each([
    ['start', { status: 500, body: {} }, 500],
    ['start', { text: 'garbage' }, 200],
    ['remove', { body: { status: 'busy' } }, 200],
    ['remove', { text: '<html>' }, 200],
    ['remove', { body: ['deleted'] }, 200],
    ['remove', { status: 500, body: { status: 'deleted' } }, 500],
  ] as const)('%s answered %j fails', async (notification, answer, status) => {
    server.answers(answer);
    await expect(provider().notify(notification, 'exam-1', 'a')).rejects.toMatchObject({ status });
  });
});

it.each([[1], [[0.5, 0.5]]])('the limit may have the name of edx-proctoring: timeout %j', async (timeout) => {
  server.answers(lateAnswer);
  const begin = performance.now();
  await expect(provider({ timeout }).notify('start', 'exam-1', 'a')).rejects.toMatchObject({ status: 504 });
  expect(performance.now() - begin).toBeLessThan(5_000);
});

it('an exam is created without an id, and updated under the one it has, with the default rules', async () => {
  const rest = provider({ default_rules: { allow_notes: 'Notes' } });
  server.answers({ body: { id: 'exam-9' } }, { body: { id: 'exam-1' } });
  const summary = { rule_summary: 'open book' };
  expect(await rest.examSaved({ ...exam, external_id: null, ...summary })).toBe('exam-9');
  expect(await rest.examSaved(exam)).toBe('exam-1');
  expect(server.calls.slice(1)).toMatchObject([
    {
      route: 'POST /api/v1/exam/',
      json: { exam_name: 'Midterm', rule_summary: 'open book', rules: { allow_notes: 'Notes' } },
    },
    { route: 'POST /api/v1/exam/exam-1/' },
  ]);
});

describe('the texts of the provider for learners', () => {
  const config = { name: 'Watchers', download_url: 'https://watchers/download' };

  it("are requested in the learner's language, and kept", async () => {
    const rest = provider();
    server.answers({ body: config }, { body: { ...config, name: 'Vigilantes' } });
    expect(await rest.config('en')).toEqual(config);
    expect(await rest.downloadUrl('en')).toBe('https://watchers/download');
    expect(await rest.config('es')).toMatchObject({ name: 'Vigilantes' });
    expect(server.calls.slice(1).map(({ language }) => language)).toEqual(['en', 'es;en']);
  });

  it.each([{ status: 503 }, { text: 'garbage' }, lateAnswer])(
    'are missing if it answers %j, and then it is not asked for a while',
    async (answer) => {
      const rest = impatient();
      server.answers(answer);
      expect(await rest.config('en')).toBeNull();
      expect(await rest.downloadUrl('en')).toBeUndefined();
      expect(server.routes().filter((route) => route.includes('config'))).toHaveLength(1);
    },
  );

  it('can be about one attempt', async () => {
    server.answers({ body: { download_url: 'https://watchers/1', instructions: ['Smile.'] } });
    expect(await provider().guidance('exam-1', 'a', 'en')).toMatchObject({ instructions: ['Smile.'] });
    expect(server.routes().at(-1)).toBe('GET /api/v1/exam/exam-1/attempt/a/');
  });

  it.each([{ body: { download_url: 'https://watchers/1' } }, { status: 503 }, { text: 'garbage' }])(
    'have an empty list of instructions for an attempt if it answers %j',
    async (answer) => {
      server.answers(answer);
      expect(await provider().guidance('exam-1', 'a', 'en')).toMatchObject({ instructions: [] });
    },
  );

  it('have the value that the provider sends in place of a list', async () => {
    server.answers({ body: { instructions: null } });
    expect(await provider().guidance('exam-1', 'a', 'en')).toEqual({ instructions: null });
  });
});

it('the link for course staff has a signed token with the user and the exam', async () => {
  const user = { id: 'obscured', full_name: 'Teacher', email: 't@example.org' };
  const link = async (more: object) =>
    new URL(
      (await provider({ token_expiration_time: 120 }).instructorUrl({ at, courseId: exam.course_id, user, ...more }))!,
    );
  const claimsOf = async (url: URL) =>
    (await jwtVerify(url.searchParams.get('jwt')!, new TextEncoder().encode('a secret of the provider'))).payload;
  const url = await link({ examExternalId: 'exam-1', attemptExternalId: 'a', configuration: true });
  expect(url.pathname).toBe('/api/v1/instructor/lms/');
  const claims = await claimsOf(url);
  expect(claims).toMatchObject({
    course_id: exam.course_id,
    user,
    iss: 'lms',
    exam_id: 'exam-1',
    config: true,
    attempt_id: 'a',
  });
  expect(claims.jti).toMatch(/^[0-9a-f]{32}$/);
  expect(claims.exp).toBe(Date.parse(at) / 1000 + 120);
  const ofCourse = await claimsOf(await link({ attemptExternalId: 'a', configuration: true }));
  expect(Object.keys(ofCourse)).toEqual(['course_id', 'user', 'iss', 'jti', 'exp']);
});

describe('the script for the learner’s page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundles of a test '));
  afterAll(() => rmSync(folder, { recursive: true }));
  const workerStatsFile = join(folder, 'stats.json');
  writeFileSync(workerStatsFile, '{"chunks":{"watchers":[{"name":"w.js"}],"far":[{"publicPath":"https://cdn/f.js"}]}}');
  const url = (npm_module: string | undefined, host = {}) => provider({ npm_module } as never, host).javascriptUrl();

  it.each([
    ['watchers', { workerStatsFile, lmsRootUrl: 'https://lms' }, 'https://lms/static/w.js'],
    ['watchers', { workerStatsFile, staticUrl: '/s/', workerBundleDir: 'bundles/' }, '/s/bundles/w.js'],
    ['far', { workerStatsFile, lmsRootUrl: 'https://lms' }, 'https://cdn/f.js'],
    ['nobody', { workerStatsFile, lmsRootUrl: 'https://lms' }, 'https://lms'],
    ['watchers', { workerStatsFile: '/nowhere' }, ''],
    ['watchers', {}, ''],
  ])('of the bundle %s, with %j, is at "%s"', (bundle, host, expected) => expect(url(bundle, host)).toBe(expected));
});

describe('the deletion of a learner', () => {
  it.each([
    [{ body: true }, true],
    [{ status: 404, body: false }, false],
    [{ text: 'gone' }, { status: 200, message: 'Watchers did not say whether the learner is deleted (HTTP 200).' }],
  ])('answered %j is %j', async (answer, expected) => {
    server.answers(answer);
    expect(await outcome(provider().retireUser('obscured'))).toEqual(expected);
    expect(server.routes().at(-1)).toBe('DELETE /api/v1/user/obscured/');
  });
});

describe('onboarding profiles', () => {
  const path = '/api/v1/courses/course-v1:a+b+c/onboarding_statuses';
  const profiles = (filters: Record<string, string>) => provider().onboardingProfiles(exam.course_id, filters);

  it('are sent for one learner', async () => {
    server.answers({ body: { user_id: 'obscured', status: 'pending' } });
    expect(await profiles({ user_id: 'obscured' })).toEqual({ user_id: 'obscured', status: 'pending' });
    expect(server.routes().at(-1)).toBe(`GET ${path}?user_id=obscured`);
  });

  it('are collected from all pages', async () => {
    server.answers(
      { body: { results: [1, 2], next: `${server.url}${path}?page=2`, count: 3 } },
      { body: { results: [3], next: null } },
    );
    expect(await profiles({ status: '' })).toMatchObject({ results: [1, 2, 3], count: 3 });
    expect(server.routes().slice(1)).toEqual([`GET ${path}`, `GET ${path}?page=2`]);
  });

  it('are not fetched from another server, because it would get the token', async () => {
    server.answers({ body: { results: [], next: 'https://elsewhere.example.org/page=2' } });
    expect(await outcome(profiles({ status: '' }))).toMatchObject({ status: 502 });
  });

  it.each([{ status: 503, body: {} }, { text: 'garbage' }])('answered %j are an error', async (answer) => {
    server.answers(answer);
    await expect(profiles({ user_id: 'x' })).rejects.toMatchObject({ provider: 'rest' });
  });
});
