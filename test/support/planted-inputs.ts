import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectedService, callback } from './connected-service.js';
import { type Plant, publishAsOpenEdx } from './planted.js';
import { courseId, type Person, people, roster } from './service.js';

// All inputs that take a text about a learner. Each gets a different text.

const root = '/api/edx_proctoring/v1/proctored_exam';
export const superuser = { ...people.staff, superuser: true, scopes: ['roster:rights', 'audit:read'] };
export const reviewer = { user_id: 5, preferred_username: 'reviewer', roles: ['rest_review'] };
/** The service learns about them from the roster, from a token, and from the event bus. */
export const [learner, byToken, byBus] = [3, 33, 34];
export const enrolled = 'course.enrollment.created';

export type Attempt = { id: number; attempt_code: string; external_id: string };

/** A caller with different names in the token. */
export const bearer = (plant: Plant, id: number, what: string) => ({
  user_id: id,
  preferred_username: plant(`user name of ${what}`),
  email: `${plant(`e-mail of ${what}`)}@example.org`,
  name: plant(`name of ${what}`),
  roles: [plant(`role of ${what}`)],
  scopes: [plant(`scope of ${what}`)],
});

/** Answers the last document that it wrote to the roster. */
export async function plantInRoster({ ask, done }: ConnectedService, plant: Plant) {
  const old = { id: learner, username: plant('former user name'), email: `${plant('former e-mail')}@example.org` };
  await done(superuser, 'PUT', '/api/lms/v1/roster', {
    ...roster,
    users: [...roster.users.filter(({ id }) => id !== learner), old],
    enrollments: [],
  });
  const username = plant('username');
  const described = {
    ...{ id: learner, username, email: `${plant('e-mail')}@example.org`, full_name: plant('full name') },
    groups: [plant('group')],
  };
  const document = {
    users: [described],
    enrollments: [
      { user: username, course_id: courseId, mode: 'verified' },
      { user: learner, course_id: 'course-v1:O+R+2', mode: plant('mode') },
    ],
    verified_names: [
      { user: learner, verified_name: plant('verified name'), status: 'approved' },
      { user: learner, verified_name: plant('another verified name'), status: plant('status of a verified name') },
    ],
    credit_requirements: [
      {
        course_id: courseId,
        namespace: 'exam',
        name: 'x',
        order: 1,
        statuses: { [username]: plant('status of credit') },
      },
    ],
    dates: [
      { course_id: courseId, content_id: plant('content with a date'), user: learner, date: '2099-01-01T00:00:00Z' },
    ],
    schedules: [{ course_id: courseId, content_id: plant('content with a schedule'), user: learner }],
  };
  await done(superuser, 'PUT', '/api/lms/v1/roster', document);
  const unknown = {
    enrollments: [{ user: plant('refused user name'), course_id: courseId, mode: plant('refused mode') }],
  };
  const headers = { 'Idempotency-Key': plant('idempotency key') };
  expect((await ask(superuser, 'PUT', '/api/lms/v1/roster', unknown, headers)).status).toBe(422);
  return document;
}

const actionsBy = (done: ConnectedService['done']) => (action: string, id: number, more: object, key: string) =>
  done(
    superuser,
    'POST',
    `/api/exams/v1/courses/${courseId}/running-attempts/${action}`,
    { attempt_ids: [id], ...more },
    { 'Idempotency-Key': key },
  );

/** Creates and submits an attempt of each person at each exam, which gets extra time. */
export async function submitAttempts({ done }: ConnectedService, plant: Plant, exams: number[], persons: Person[]) {
  const attempts = [];
  const act = actionsBy(done);
  for (const person of persons)
    for (const exam_id of exams) {
      const body = {
        exam_id,
        attempt_proctored: 'true',
        note: plant(`field of an attempt ${exam_id} ${person.user_id}`),
      };
      const { exam_attempt_id } = await done(person, 'POST', `${root}/attempt`, body);
      const url = `${root}/attempt/${exam_attempt_id}`;
      await done(person, 'PUT', url, { action: 'start' });
      const own = `${exam_id} ${person.user_id}`;
      const more = { seconds: 60, reason: plant(`reason of extra time ${own}`) };
      await act('extra-time', exam_attempt_id, more, `extra time ${own}`);
      await done(person, 'PUT', url, { action: 'submit' });
      attempts.push(await done(person, 'GET', url));
    }
  return attempts as Attempt[];
}

export async function plantInAllowances(
  { ask, done }: ConnectedService,
  plant: Plant,
  username: string,
  exams: number[],
) {
  const grant = {
    exam_id: exams[0],
    user_info: username,
    key: plant('key of an allowance'),
    value: plant('allowance'),
  };
  await done(superuser, 'PUT', `${root}/allowance`, grant);
  const exception = { ...grant, key: 'review_policy_exception', value: plant('exception') };
  await done(superuser, 'PUT', `${root}/allowance`, exception, { 'Idempotency-Key': 'a' });
  const bulk = {
    exam_ids: exams.join(),
    user_ids: `${username},${plant('unknown user of many')}`,
    allowance_type: plant('key of many allowances'),
    value: plant('one of many allowances'),
  };
  const answer = await ask(superuser, 'PUT', `${root}/${courseId}/bulk_allowance`, bulk, { 'Idempotency-Key': 'b' });
  expect(answer.status).toBe(207);
  const inCourse = {
    exam_ids: exams.slice(1, 2),
    learners: [username, plant('unknown learner of a course')],
    allowance_type: 'review_policy_exception',
    value: plant('exception in a course'),
  };
  const ofCourse = `/api/exams/v1/courses/${courseId}/allowances`;
  await done(superuser, 'POST', `${ofCourse}/preview`, inCourse);
  await done(superuser, 'POST', ofCourse, inCourse, { 'Idempotency-Key': 'c' });
  const unknown = { ...grant, user_info: `${plant('unknown e-mail')}@example.org` };
  expect((await ask(superuser, 'PUT', `${root}/allowance`, unknown)).status).toBe(400);
  const gone = { exam_id: exams[0], user_id: learner, key: plant('key of a withdrawn allowance') };
  await done(superuser, 'PUT', `${root}/allowance`, {
    ...gone,
    user_info: username,
    value: plant('withdrawn allowance'),
  });
  await done(superuser, 'DELETE', `${root}/allowance`, gone);
}

export async function plantInReviews({ ask, done }: ConnectedService, plant: Plant, [first, second]: Attempt[]) {
  const url = `${root}/attempt/${first!.external_id}/reviewed`;
  await done(reviewer, 'POST', url, {
    status: 'suspicious',
    reviewed_by: `${plant('reviewer')}@example.org`,
    comments: [{ comment: plant('comment'), status: plant('status of a comment') }],
    payload: { videoReviewLink: `https://video.example.org/${plant('recording')}`, more: plant('payload') },
    [plant('field of a review')]: plant('value of a review'),
  });
  const refuse = async (person: Person | undefined, to: string, body: unknown) =>
    expect((await ask(person, 'POST', to, body)).status).toBe(400);
  await refuse(reviewer, url, { status: plant('refused status'), comments: plant('refused comments') });
  await refuse(reviewer, url, `{"unreadable": "${plant('unreadable review')}`);
  await refuse(reviewer, `${root}/attempt/${plant('unknown attempt')}/reviewed`, { status: plant('review of nobody') });
  const ofSecond = { examMetaData: { examCode: second!.attempt_code, ssiRecordLocator: second!.external_id } };
  const comments = { eventStart: 1, eventFinish: 3, duration: 2, comments: plant('webcam'), eventStatus: 'Suspicious' };
  await refuse(undefined, callback, { ...ofSecond, reviewStatus: plant('refused word') });
  await refuse(undefined, callback, `${JSON.stringify(ofSecond)} ${plant('behind a review')}`);
  await refuse(undefined, callback, { ...ofSecond, examMetaData: { examCode: plant('unknown code') } });
  const review = { ...ofSecond, reviewStatus: 'Suspicious', webCamComments: [comments] };
  expect((await ask(undefined, 'POST', callback, { ...review, videoReviewLink: plant('link') })).status).toBe(200);
}

export async function plantInAppeals({ done }: ConnectedService, plant: Plant, username: string, { id }: Attempt) {
  await actionsBy(done)('message', id, { text: plant('message') }, 'message');
  const url = `/api/exams/v1/attempts/${id}`;
  const reason = (what: string) => ({ reason: plant(`reason of ${what}`) });
  await done(superuser, 'POST', `${url}/reject`, reason('a rejection'), { 'Idempotency-Key': 'e' });
  const person = { user_id: learner, preferred_username: username };
  await done(person, 'POST', `/api/exams/v1/me/attempts/${id}/appeal`, reason('an appeal'), { 'Idempotency-Key': 'c' });
  const other = { user_id: 6, preferred_username: 'dean', administrator: true };
  await done(
    other,
    'POST',
    `${url}/appeal/answer`,
    { upheld: false, ...reason('an answer') },
    { 'Idempotency-Key': 'd' },
  );
  await done(other, 'POST', `${url}/verify`, reason('a verification'), { 'Idempotency-Key': 'v' });
}

/** Sends inputs that the service refuses or ignores: it must not keep them. */
export async function plantInRequests({ ask }: ConnectedService, plant: Plant, attempt: Attempt, exam: number) {
  const person = bearer(plant, learner, 'a later token');
  const url = `${root}/attempt/${attempt.id}`;
  await ask(person, 'PUT', url, { action: 'error', detail: plant('what a browser says') });
  await ask(person, 'PUT', url, { action: plant('unknown action') });
  await ask(person, 'PUT', url, `{"action": "${plant('unreadable body')}`);
  const headers = {
    'Accept-Language': plant('language'),
    'User-Agent': plant('user agent'),
    Referer: `https://lms.example.org/${plant('referer')}`,
    Cookie: `exam=${plant('cookie')}`,
    'X-Forwarded-For': plant('forwarded for'),
    'X-Request-Id': `${plant('request id')}@example.org`,
    traceparent: plant('traceparent'),
  };
  await ask(person, 'GET', `${root}/attempt?q=${plant('query')}`, undefined, headers);
  await ask(person, 'GET', `${url}?user=${plant('query of a poll')}`, undefined, headers);
  await ask(undefined, 'GET', url, undefined, { ...headers, authorization: `JWT ${plant('bad token')}` });
  await ask(superuser, 'GET', `${root}/attempt/grouped/course_id/${courseId}/search/${plant('search')}`);
  await ask(
    superuser,
    'GET',
    `/api/edx_proctoring/v1/user_onboarding/status/course_id/${courseId}?text_search=${plant('text search')}`,
  );
  await ask(person, 'GET', `${root}/attempt/grouped/course_id/${plant('refused course')}`);
  await ask(superuser, 'GET', `${root}/attempt/grouped/course_id/${plant('unknown course')}`);
  await ask(person, 'GET', `/api/${plant('unknown path')}`);
  await ask(superuser, 'GET', `/api/audit/v1/access?object=course:${plant('searched object')}`);
  await ask(undefined, 'GET', `/api/edx_proctoring/proctoring_launch_callback/start_exam/${plant('launch code')}`);
  await ask(superuser, 'GET', `${root}/exam/course_id/${courseId}/content_id/${plant('unknown content')}`);
  await ask(superuser, 'PUT', `${root}/exam`, {
    exam_id: exam,
    [plant('field of an exam')]: plant('value of an exam'),
  });
}

/** Answers the enrolment that it published. */
export async function plantOnBus({ kafka, registry, topics }: ConnectedService, plant: Plant) {
  const pii = {
    username: plant('user name on the bus'),
    email: `${plant('e-mail on the bus')}@example.org`,
    name: plant('name on the bus'),
  };
  const data = (mode: string) => ({
    enrollment: { user: { id: byBus, is_active: true, pii }, course: { course_key: courseId }, mode, is_active: true },
  });
  const enrollment = data(plant('mode on the bus'));
  await publishAsOpenEdx(kafka, registry, topics.enrollments, enrolled, 'enrollment', enrollment);
  const nobody = data('verified');
  nobody.enrollment.user = { id: 35, is_active: true, pii: { ...pii, email: plant('e-mail of a refused message') } };
  await publishAsOpenEdx(kafka, registry, topics.enrollments, enrolled, 'enrollment', nobody);
  const producer = kafka.producer();
  await producer.connect();
  const headers = { ce_type: `org.openedx.learning.${enrolled}.v1`, ce_time: plant('time of a message') };
  await producer.send({
    topic: topics.enrollments,
    messages: [{ key: plant('key of a message'), value: plant('unreadable message'), headers }],
  });
  await producer.disconnect();
  return enrollment;
}

export function plantInCommands({ cli, folder }: ConnectedService, plant: Plant) {
  const names = ['--username', plant('--username'), '--email', plant('--email'), '--name', plant('--name')];
  expect(cli(['token', '--user-id', `${learner}`, ...names, '--roles', plant('--roles')]).status).toBe(0);
  const [from, to] = [join(folder, 'ids.csv'), join(folder, 'obscured.csv')];
  writeFileSync(from, `email,user_id\n${plant('e-mail of a file')}@example.org,${learner}\n`);
  expect(cli(['obscured-ids', from, to], { DJANGO_SECRET_KEY: 'secret' }).status).toBe(0);
  rmSync(from);
  rmSync(to);
  cli(['replay', '--user', `${learner}`, '--course', plant('--course')]);
  cli(['replay', '--stream', plant('--stream')]);
}
