import { obscuredUserId } from '#providers';
import { until } from '../../libs/event-store/src/testing.js';
import { lateAnswer, PretendedProvider } from '../../libs/providers/src/testing.js';
import { shared } from '../support/hooks.js';
import { courseId, deliveryOf, openCourse, people, publishedExam, root } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const obfuscationKey = 'an obfuscation key of the tests';
const known = (userId: number) => obscuredUserId(userId, obfuscationKey, 'rest');

const provider = shared(() => PretendedProvider.open());
let service: Awaited<ReturnType<typeof openCourse>>;

const ask = (...request: Parameters<typeof service.request>) => service.request(...request);
const openWith = async (settings: object = {}, backends: object = {}) => {
  const rest = {
    base_url: provider.url,
    client_id: 'lms',
    client_secret: 'a secret of the provider',
    request_timeout: 2, // a healthy provider needs less, also on a busy machine
    verbose_name: 'Watchers',
  };
  const PROCTORING_BACKENDS = { DEFAULT: 'rest', rest, ...backends };
  service = await openCourse(
    { midterm: {}, onboarding: { is_practice_exam: true } },
    { settings: { PROCTORING_BACKENDS, PROCTORING_USER_OBFUSCATION_KEY: obfuscationKey, ...settings } },
  );
};
afterEach(async () => {
  await service.close();
  provider.forget();
});

const create = () =>
  ask(alice, 'POST', `${root}/attempt`, { exam_id: service.exams.midterm, attempt_proctored: 'true' });
const path = '/api/edx_proctoring/v1/user_onboarding/status';
const own = () => ask(alice, 'GET', `${path}?course_id=${encodeURIComponent(courseId)}`);
const ofCourse = (query = '') => ask(teacher, 'GET', `${path}/course_id/${courseId}${query}`);
const profiles = (answer: object) => {
  provider.mood = ({ route }) => (route.includes('onboarding_statuses') ? answer : undefined);
};
const profileRequests = () => provider.routes().filter((route) => route.includes('onboarding_statuses'));

describe('the registration of an attempt', () => {
  it.each([
    [{ status: 503 }, 503, 'Watchers cannot register the attempt (HTTP 503).'],
    [{ status: 400 }, 502, 'Watchers cannot register the attempt (HTTP 400).'],
    [{ body: {} }, 502, 'Watchers sent no id for the attempt.'],
    [lateAnswer, 503, 'Watchers does not answer.'],
  ])('with the answer %j of the provider ends in %i, and writes nothing', async (answer, status, detail) => {
    await openWith();
    provider.mood = ({ route }) => (route.endsWith('/attempt/') ? answer : undefined);
    expect(await create()).toMatchObject({ status, body: { detail, provider: 'rest' } });
    provider.mood = () => undefined;
    expect(await create()).toMatchObject({ status: 200 });
  });

  it('sends the provider an id of the learner that needs the obfuscation key', async () => {
    await openWith();
    await create();
    expect(provider.calls.at(-1)!.json).toMatchObject({ user_id: known(alice.user_id), is_sample_attempt: false });
  });
});

describe('a proctored exam whose provider is not configured', () => {
  const publish = (...list: object[]) =>
    ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, [publishedExam('midterm'), ...list]);
  const unknown = 'There is no proctoring provider "nobody"; there is: rest.';
  const nobody = { backend: 'nobody' };
  const events = async () => (await service.database.pool.query('select count(*) from events')).rows[0].count;

  it('is not published: the error names the backend of the exam, and nothing is written', async () => {
    await openWith();
    const before = await events();
    const { status, body } = await publish(publishedExam('final', nobody));
    expect([status, body]).toEqual([422, [{}, { backend: [unknown] }]]);
    expect(await events()).toBe(before);
  });

  it('can be a timed exam, but the timed exam cannot become proctored', async () => {
    await openWith();
    const made = await publish(publishedExam('timed', { ...nobody, is_proctored: false }));
    expect(made.status).toBe(200);
    const exam_id = made.body[1].exam_id;
    const change = (more: object) => ask(staff, 'PUT', `${root}/exam`, { exam_id, ...more });
    expect(await change({ is_proctored: true })).toMatchObject({
      status: 422,
      body: { detail: `backend: ${unknown}` },
    });
    expect((await change({ exam_name: 'Still timed' })).status).toBe(200);
    const again = await publish(publishedExam('timed', nobody));
    expect([again.status, again.body]).toEqual([422, [{}, { backend: [unknown] }]]);
  });
});

it("the exam page shows the provider's own configuration, and works without it while the provider is away", async () => {
  await openWith();
  const settings = async (headers = {}) =>
    (await ask(alice, 'GET', `${root}/settings/exam_id/${service.exams.midterm}/`, undefined, headers)).body;
  provider.mood = ({ route }) => (route.includes('config') ? { status: 503 } : undefined);
  expect(await settings()).toMatchObject({ exam_proctoring_backend: null, provider_name: 'Watchers' });
  provider.mood = ({ route }) => (route.includes('config') ? { body: { name: 'Vigilantes' } } : undefined);
  expect(await settings({ 'accept-language': 'es-419,fr' })).toMatchObject({
    exam_proctoring_backend: { name: 'Vigilantes' },
  });
  expect(provider.calls.at(-1)!.language).toBe('es-419;en');
});

describe("a learner's own onboarding", () => {
  it('comes from the database if the setting is off', async () => {
    await openWith();
    expect((await own()).body).toMatchObject({ onboarding_status: null });
    expect(profileRequests()).toEqual([]);
  });

  it('comes from the provider if the setting is on', async () => {
    await openWith({ PROCTORING_SETTINGS: { USE_ONBOARDING_PROFILE_API: true } });
    profiles({ body: { user_id: 'x', status: 'approved-in-different-course', expiration_date: '2051-05-21' } });
    expect((await own()).body).toMatchObject({
      onboarding_status: 'other_course_approved',
      expiration_date: '2051-05-21',
    });
    expect(profileRequests()).toEqual([
      `GET /api/v1/courses/${courseId}/onboarding_statuses?user_id=${known(alice.user_id)}`,
    ]);
    for (const answer of [{ status: 503 }, { text: 'garbage' }, { body: [] }, lateAnswer]) {
      profiles(answer);
      expect(await own()).toMatchObject({ status: 200, body: { onboarding_status: null, expiration_date: null } });
    }
    profiles({ body: null, text: 'null' });
    expect(await own()).toMatchObject({ status: 404, body: 'No onboarding status API for Watchers' });
  });
});

describe("the onboarding of a course's learners", () => {
  const on = { SWITCHES: { 'edx_proctoring.onboarding_profile_instructor_dashboard_api': true } };

  it('comes from the database if the switch is off', async () => {
    await openWith({ USE_ONBOARDING_PROFILE_API: true });
    expect((await ofCourse()).body).toMatchObject({ count: 2, use_onboarding_profile_api: false });
    expect(profileRequests()).toEqual([]);
  });

  it("has the provider's order and statuses, without strangers; learners whom it does not know come last", async () => {
    await openWith(on);
    profiles({
      body: {
        results: [
          { user_id: 'a stranger', status: 'rejected' },
          { user_id: known(bob.user_id), status: 'pending' },
        ],
      },
    });
    const { body } = await ofCourse();
    expect(body).toMatchObject({
      use_onboarding_profile_api: true,
      results: [
        { username: 'bob', status: 'submitted', modified: null },
        { username: 'alice', status: 'not_started' },
      ],
    });
    expect((await ofCourse('?statuses=')).body.results).toHaveLength(1);
    expect((await ofCourse('?statuses=verified,submitted')).body.results).toHaveLength(1);
    expect((await ofCourse('?statuses=not_started')).body.results).toHaveLength(2);
    expect(profileRequests().map((route) => new URLSearchParams(route.split('?')[1]).get('status'))).toEqual([
      null,
      null,
      'approved-in-course,pending',
      'no-profile',
    ]);
  });

  it.each([
    ['?statuses=setup_started', { body: {} }, 400],
    ['', { status: 503 }, 503],
    ['', { body: {} }, 503],
    ['', { text: 'null' }, 404],
  ])('with the query "%s" and the answer %j is refused %i', async (query, answer, status) => {
    await openWith(on);
    profiles(answer);
    expect((await ofCourse(query)).status).toBe(status);
  });
});

it('the provider `mock` makes an attempt ready without a request', async () => {
  await openWith({}, { DEFAULT: 'mock', mock: {} });
  const end = new AbortController();
  const running = deliveryOf(service, 'mock').run(end.signal);
  const { body } = await create();
  const attempt = async () => (await ask(alice, 'GET', `${root}/attempt/${body.exam_attempt_id}`)).body;
  await until('the attempt is ready', async () => (await attempt()).status === 'ready_to_start');
  end.abort();
  await running;
});
