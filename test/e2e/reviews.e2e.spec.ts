import { CommandBus } from '@nestjs/cqrs';
import { Clock } from '#clock';
import { quarantinedCallback, quarantinedCallbacks, replayCallback } from '#commands';
import { EventStore } from '#event-store';
import { decryptFor } from '#learner-keys';
import { PretendedProvider, softwareSecureAt } from '../../libs/providers/src/testing.js';
import { shared } from '../support/hooks.js';
import { courseId, openCourse, people, root } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const rpNow = { user_id: 11, preferred_username: 'rpnow', roles: ['software_secure_review'] };
const callbackSecret = 'a-secret-of-the-path-of-RPNow-0123456789';
const callback = `/api/edx_proctoring/proctoring_review_callback/${callbackSecret}/`;

const provider = shared(() => PretendedProvider.open());
let service: Awaited<ReturnType<typeof openCourse>>;
let locators = 0;

const openWith = async (settings: object) => {
  const software_secure = { ...softwareSecureAt(provider.url), callback_secret: callbackSecret };
  const PROCTORING_BACKENDS = { DEFAULT: 'software_secure', software_secure, mock: {}, test: {} };
  service = await openCourse({ midterm: {}, mock }, { settings: { PROCTORING_BACKENDS, ...settings } });
};
const mock = { backend: 'mock' };

beforeAll(() => {
  provider.mood = ({ route }) =>
    route === 'POST /register' ? { body: { ssiRecordLocator: `SSI-${++locators}` } } : undefined;
});

const ask = (...request: Parameters<typeof service.request>) => service.request(...request);
type Attempt = { id: number; attempt_code: string; external_id: string; status: string };
const attemptOf = async (id: number, person = alice): Promise<Attempt> =>
  (await ask(person, 'GET', `${root}/attempt/${id}`)).body;
const submitAttempt = async (person = alice, exam = service.exams.midterm) => {
  const id = await service.createAttempt(person, exam);
  expect(id).toEqual(expect.any(Number));
  await ask(person, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
  return attemptOf(id, person);
};
const reviewOf = ({ attempt_code, external_id }: Attempt, more: object = {}) => ({
  examMetaData: { examCode: attempt_code, ssiRecordLocator: external_id.toLowerCase() },
  reviewStatus: 'Suspicious',
  webCamComments: [
    { eventStart: 1, eventFinish: 3, duration: 2, comments: 'Alice looked away', eventStatus: 'Suspicious' },
  ],
  ...more,
});
const send = (body: unknown, headers: object = {}) => ask(undefined, 'POST', callback, body, headers);
const reviewsIn = async ({ id }: Attempt) => {
  const { rows } = await service.database.owner.query(
    `select stream, data, (metadata->>'userId')::int as user from events
      where type = 'ReviewReceived' and (data->>'attemptId')::int = $1 order by position`,
    [id],
  );
  return Promise.all(
    rows.map(async ({ stream, data, user }) => ({
      ...data,
      ...JSON.parse((await decryptFor(service.database.pool, user, data.sealed, { stream, field: 'review' }))!),
    })),
  );
};

describe('Software Secure', () => {
  beforeAll(() => openWith({ SWITCHES: { 'edx_proctoring.reds_api_redirect': true } }));
  afterAll(() => service.close());

  it('reviews an attempt by its code, with the secret in the path and any content type', async () => {
    const attempt = await submitAttempt();
    const video = { videoReviewLink: 'https://video.example.org/DirectLink-Generic?ID=1%2B2&é=a b' };
    const sent = await send(reviewOf(attempt, video), { 'content-type': 'text/plain', accept: 'text/html' });
    expect(sent).toMatchObject({ status: 200, body: 'OK' });
    expect(await attemptOf(attempt.id)).toMatchObject({ status: 'second_review_required' });

    const [review] = await reviewsIn(attempt);
    expect(review).toMatchObject({
      status: 'Suspicious',
      commentCount: 1,
      effects: [{ kind: 'support_notice', about: 'suspicious_review' }],
      comments: [{ comment: 'Alice looked away', status: 'Suspicious', start: 1, stop: 3, duration: 2 }],
      raw: { reviewStatus: 'Suspicious' },
    });
    expect(JSON.stringify(review)).not.toContain('DirectLink');
    const log = await ask(staff, 'GET', '/api/audit/v1/events');
    expect(log.body).not.toContain('looked away');

    await send(reviewOf(attempt, { reviewStatus: 'Clean' }));
    expect(await attemptOf(attempt.id)).toMatchObject({ status: 'verified' });
    const dashboard = `/api/edx_proctoring/v1/instructor/${courseId}/${service.exams.midterm}`;
    const redirected = await ask(teacher, 'GET', `${dashboard}?attempt=${attempt.external_id}`);
    expect(redirected.headers.location).toBe('https://video.example.org/DirectLink-HTML5?ID=1%2B2&%C3%A9=a%20b');
    expect((await ask(teacher, 'GET', dashboard)).body).toBe('No instructor dashboard for RPNow');
    const ofOtherExam = `/api/edx_proctoring/v1/instructor/${courseId}/${service.exams.mock}?attempt=${attempt.external_id}`;
    expect((await ask(teacher, 'GET', ofOtherExam)).status).toBe(404);
  });

  it.each([
    ['Clean', 'verified'],
    ['Rules Violation', 'verified'],
    ['Not Reviewed', 'error'],
  ])('sends "%s", and the attempt is %s', async (reviewStatus, status) => {
    const attempt = await submitAttempt(bob);
    await send(reviewOf(attempt, { reviewStatus, webCamComments: undefined }));
    expect(await attemptOf(attempt.id, bob)).toMatchObject({ status });
    expect((await reviewsIn(attempt))[0]).not.toHaveProperty('effects');
    await ask(staff, 'DELETE', `${root}/attempt/${attempt.id}`);
  });

  it('can review a removed attempt: the review is kept and changes nothing', async () => {
    const attempt = await submitAttempt(bob);
    await ask(staff, 'DELETE', `${root}/attempt/${attempt.id}`);
    expect(await send(reviewOf(attempt))).toMatchObject({ status: 200 });
    expect(await reviewsIn(attempt)).toMatchObject([{ status: 'Suspicious', effects: [{ kind: 'support_notice' }] }]);
    const ofRemoved = { ...reviewOf(attempt), examMetaData: { examCode: attempt.attempt_code, ssiRecordLocator: 'x' } };
    expect(await send(ofRemoved)).toMatchObject({ status: 400 });
  });

  it('can review an attempt although the exam is no longer proctored', async () => {
    const attempt = await submitAttempt(bob);
    await service.publish({ midterm: { is_proctored: false }, mock });
    expect(await send(reviewOf(attempt, { reviewStatus: 'Clean' }))).toMatchObject({ status: 200 });
    expect(await attemptOf(attempt.id, bob)).toMatchObject({ status: 'verified' });
    await service.publish({ midterm: {}, mock });
    await ask(staff, 'DELETE', `${root}/attempt/${attempt.id}`);
  });

  it('can log in as a member of its group instead, and name the attempt in the path', async () => {
    const attempt = await submitAttempt(bob);
    const path = `${root}/attempt/${attempt.external_id}/reviewed`;
    const review = reviewOf(attempt, { examMetaData: { ssiRecordLocator: attempt.external_id } });
    expect((await ask(people.reviewer, 'POST', path, review)).status).toBe(403);
    expect(await ask(rpNow, 'POST', path, { status: 'passed' })).toMatchObject({ status: 400 });
    expect(await ask(rpNow, 'POST', path, review)).toMatchObject({ status: 200, body: 'OK' });
    expect(await attemptOf(attempt.id, bob)).toMatchObject({ status: 'second_review_required' });
    await ask(staff, 'DELETE', `${root}/attempt/${attempt.id}`);
  });

  it.each<[string, unknown, string | RegExp]>([
    ['malformed JSON', '{', /^JSON parse error - /],
    ['a list', [], 'Invalid data. Expected a dictionary.'],
    ['nothing', undefined, 'No attempt matches this review.'],
    ['no code', { examMetaData: {} }, 'No attempt matches this review.'],
    ['a code that is not a text', { examMetaData: { examCode: 5 } }, 'No attempt matches this review.'],
    ['an unknown code', { examMetaData: { examCode: 'NOPE' } }, 'No attempt matches this review.'],
    ['odd data', { examMetaData: [] }, 'examMetaData: Expected a dictionary.'],
  ])('gets an error for %s, and the review goes into quarantine', async (_, body, detail) => {
    const answer = await send(body);
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringMatching(detail) } });
    const [last] = (await quarantinedCallbacks(service.database.pool)).reverse();
    expect(last).toMatchObject({ route: 'review_callback', reason: answer.body.detail, userId: null });
  });

  it('sends a review of an unknown attempt: the quarantine keeps it encrypted', async () => {
    const { pool } = service.database;
    const review = { examMetaData: { examCode: 'NOBODY' }, videoReviewLink: 'https://video.example.org/nobody' };
    await send(review);
    const [{ id }] = (await quarantinedCallbacks(pool)).reverse();
    const { rows } = await service.database.owner.query('select body from quarantined_callbacks where id = $1', [id]);
    expect(rows[0].body).not.toContain('video.example.org');
    expect(JSON.parse((await quarantinedCallback(pool, id))!.body!)).toEqual(review);
  });

  it('repeats a refused review: the quarantine keeps it once', async () => {
    const body = { examMetaData: { examCode: 'AGAIN' } };
    await send(body);
    await send(body);
    const kept = await quarantinedCallbacks(service.database.pool);
    expect(kept.at(-1)).toMatchObject({ times: 2, reason: 'No attempt matches this review.' });
  });

  it.each([
    ['Basic', 'Invalid basic header. No credentials provided.'],
    ['Basic YTp', 'Invalid basic header. Credentials not correctly base64 encoded.'],
    ['Basic YTpi', 'Invalid username/password.'],
  ])('is refused with the login "%s"', async (authorization, detail) =>
    expect(await send({}, { authorization })).toMatchObject({ status: 403, body: { detail } }),
  );

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])('cannot use %s, with or without a login', async (method) => {
    expect((await ask(undefined, method, callback)).status).toBe(405);
    expect((await ask(alice, method, callback)).headers.allow).toBe('POST, OPTIONS');
  });

  it('sends an id that no attempt has yet: the review is kept only if a reviewer sends it', async () => {
    const path = `${root}/attempt/nobody-knows/reviewed`;
    expect((await ask(bob, 'POST', path, { status: 'passed' })).status).toBe(400);
    expect(await keptFor('nobody-knows')).toEqual([]);
    expect((await ask(rpNow, 'POST', path, { status: 'passed' })).status).toBe(400);
    expect(await keptFor('nobody-knows')).toMatchObject([{ route: 'reviewed', userId: null, times: 1 }]);
  });

  it('sends a review while the exam is not proctored: it is accepted when the exam is proctored again', async () => {
    const { external_id, id } = await submitAttempt(bob);
    await service.publish({ midterm: { backend: 'software_secure', is_proctored: false }, mock });
    const review = reviewOf(await attemptOf(id, bob), { reviewStatus: 'Clean' });
    expect((await ask(staff, 'POST', `${root}/attempt/${external_id}/reviewed`, review)).status).toBe(412);
    const [{ id: kept }] = await keptFor(external_id);
    await expect(replay(kept)).rejects.toMatchObject({ code: 'exam_not_proctored' });
    await service.publish({ midterm: { backend: 'software_secure' }, mock });
    await replay(kept);
    expect(await attemptOf(id, bob)).toMatchObject({ status: 'verified' });
    await ask(staff, 'DELETE', `${root}/exam_id/${service.exams.midterm}/user_id/${bob.user_id}/reset_attempts`);
  });

  it('sends a review that the exam cannot accept: a replay accepts it after the exam is corrected', async () => {
    const { pool } = service.database;
    const attempt = await submitAttempt(bob);
    const path = `${root}/attempt/${attempt.external_id}/reviewed`;
    const review = reviewOf(attempt, { reviewStatus: 'Clean' });
    // By mistake the exam was published with another provider, which does not know this status.
    await service.publish({ midterm: { backend: 'test' }, mock });
    expect((await ask(staff, 'POST', path, review)).status).toBe(400);
    const [kept] = (await quarantinedCallbacks(pool)).reverse();
    expect(kept).toMatchObject({ route: 'reviewed', externalId: attempt.external_id, userId: bob.user_id });
    const { rows } = await service.database.owner.query('select body from quarantined_callbacks where id = $1', [
      kept.id,
    ]);
    expect(rows[0].body).not.toContain('looked away');

    await expect(replay(kept.id)).rejects.toMatchObject({ code: 'bad_review_status' });
    expect(await quarantinedCallback(pool, kept.id)).toBeDefined();
    await service.publish({ midterm: { backend: 'software_secure' }, mock });
    await replay(kept.id);
    expect(await attemptOf(attempt.id, bob)).toMatchObject({ status: 'verified' });
  });
});

const keptFor = async (externalId: string) =>
  (await quarantinedCallbacks(service.database.pool)).filter((each) => each.externalId === externalId);
const replay = (id: number) => {
  const { app, configuration, database } = service;
  const deps = { database: database.pool, configuration, events: app.get(EventStore), commands: app.get(CommandBus) };
  return replayCallback(deps, id, app.get(Clock).now(), { actor: { kind: 'operator', name: 'ops' } });
};

describe('with other settings', () => {
  afterEach(() => service.close());

  it('a second review is refused if reviews must not change', async () => {
    await openWith({ ALLOW_REVIEW_UPDATES: false });
    const attempt = await submitAttempt();
    await send(reviewOf(attempt));
    expect((await send(reviewOf(attempt, { reviewStatus: 'Clean' }))).body.detail).toMatch(
      `We already have a review submitted regarding attempt_code=${attempt.attempt_code}. We do not allow for updates!`,
    );
    expect(await attemptOf(attempt.id)).toMatchObject({ status: 'second_review_required' });
  });

  it('a failing review rejects at once if no second review is required', async () => {
    await openWith({ REQUIRE_FAILURE_SECOND_REVIEWS: false });
    const attempt = await submitAttempt();
    await send(reviewOf(attempt));
    expect(await attemptOf(attempt.id)).toMatchObject({ status: 'rejected' });
  });

  it('any record locator is accepted if callbacks may be simulated, and without the switch there is no dashboard', async () => {
    await openWith({ PROCTORING_SETTINGS: { ALLOW_CALLBACK_SIMULATION: true } });
    const attempt = await submitAttempt();
    const examMetaData = { examCode: attempt.attempt_code, ssiRecordLocator: 'simulated' };
    const review = reviewOf(attempt, {
      examMetaData,
      reviewStatus: 'Clean',
      videoReviewLink: 'https://video.example.org',
    });
    expect((await send(review)).status).toBe(200);
    const dashboard = `/api/edx_proctoring/v1/instructor/${courseId}/${service.exams.midterm}?attempt=${attempt.external_id}`;
    expect((await ask(teacher, 'GET', dashboard)).body).toBe('No instructor dashboard for RPNow');
  });

  it('an exam without a review policy has the policy of the settings', async () => {
    provider.forget();
    provider.mood = () => ({ body: { ssiRecordLocator: `SSI-${++locators}` } });
    await openWith({ DEFAULT_REVIEW_POLICY: 'No notes at all', SITE_NAME: 'lms.example.org', HTTPS: 'off' });
    await submitAttempt();
    expect(provider.calls[0].json).toMatchObject({
      reviewerNotes: 'No notes at all',
      examUrl: expect.stringMatching(/^http:\/\/lms\.example\.org\//),
    });
  });
});
