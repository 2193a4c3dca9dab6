import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../libs/event-store/src/testing.js';
import { examAttemptTopic, settingsOf } from '../libs/integration/src/index.js';
import { MailServer } from '../libs/mail/src/testing.js';
import { Vendor } from '../libs/providers/src/testing.js';
import { Child, freePort } from './conformance/child.js';
import { openDatabase } from './database.js';
import { answersOf, filesOf, foundIn, messagesIn, rowsOf } from './everywhere.js';
import { openRegistry, planter, say } from './planted.js';
import { clientOf, withAdmin } from './relay.exams.js';
import { contentId, courseId, type Person, people, publishedExam, roster, tokenOf, tokenSettings } from './service.js';
import { keyEncryptionKey, secretsOfSplitRoles } from './split-roles.js';

// A string is planted through every input that takes one about a learner. After the retirement it is nowhere.

const brokers = process.env.KAFKA_BROKERS ?? '';
const prefix = `planted-${process.pid}-`;
const enrollmentTopic = `${prefix}learning-course-enrollment-lifecycle`;
const retirementTopic = `${prefix}learning-user-retirement-lifecycle`;
const busTopics = [
  'course-unenrollment-lifecycle',
  'learning-course-access-role-lifecycle',
  'course-catalog-info-changed',
]
  .map((topic) => prefix + topic)
  .concat(enrollmentTopic, retirementTopic);
const root = '/api/edx_proctoring/v1/proctored_exam';
const callbackSecret = 'a-secret-of-the-path-of-RPNow-0123456789';
const folder = mkdtempSync(join(tmpdir(), 'proctoring-planted-'));
const kafka = clientOf(brokers);
const { strings, plant } = planter();

const superuser = { ...people.staff, superuser: true, scopes: ['roster:rights', 'audit:read'] };
const reviewer = { user_id: 5, preferred_username: 'reviewer', roles: ['rest_review'] };
/** Known from the roster; from a token; from the event bus. */
const [learner, byToken, byBus] = [3, 33, 34];

let database: Awaited<ReturnType<typeof openDatabase>>;
let vendor: Vendor;
let mail: MailServer;
let registry: Awaited<ReturnType<typeof openRegistry>>;
let child: Child;
let port: number;
let env: Record<string, string>;

beforeAll(async () => {
  if (!brokers) throw new Error('KAFKA_BROKERS is not set: npm test starts a broker, and so does npm run kafka');
  await withAdmin(brokers, (admin) =>
    admin.createTopics({ topics: busTopics.map((topic) => ({ topic, numPartitions: 1 })) }),
  );
  [database, vendor, registry] = await Promise.all([openDatabase(), Vendor.open(), openRegistry()]);
  mail = new MailServer();
  await mail.open();
  const software_secure = {
    organization: 'org',
    exam_sponsor: 'sponsor',
    exam_register_endpoint: `${vendor.url}/register`,
    secret_key_id: 'id',
    secret_key: 'key',
    crypto_key: '123456789123456712345678',
    software_download_url: 'https://rpnow.example.org',
    video_review_aes_key: 'B886E02F19C77EC734B1B132BEECD91E',
    callback_secret: callbackSecret,
    recording_hosts: ['video.example.org'],
  };
  const rest = { base_url: vendor.url, client_id: 'lms', client_secret: 'secret' };
  const settings = {
    PROCTORING_BACKENDS: { DEFAULT: 'rest', rest, software_secure },
    DEFAULT_FROM_EMAIL: 'exams@example.org',
  };
  port = await freePort();
  env = {
    ...{ PORT: String(port), DATABASE_URL: database.url, DATA_DIR: folder, NODE_OPTIONS: '', LOG_LEVEL: 'debug' },
    ...{ KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix, SCHEMA_REGISTRY_URL: registry.url },
    ...{ EVENT_BUS_INSECURE: 'on', EVENT_BUS_RETIREMENTS: 'on', SMTP_URL: mail.url },
    ...{ ...tokenSettings, ...secretsOfSplitRoles(folder, settings) },
  };
  writeFileSync(join(folder, 'key-encryption-key'), keyEncryptionKey);
  child = new Child('service', folder, [process.execPath, 'dist/apps/main.js'], env);
  await child.answers(port, '/health/ready');
}, 120_000);
afterAll(async () => {
  await child?.stop();
  await Promise.all([vendor?.close(), mail?.close(), database?.close()]);
  registry?.close();
  await withAdmin(brokers, async (admin) => {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    await admin.deleteTopics({ topics });
  });
  rmSync(folder, { recursive: true });
}, 60_000);

/** A request, and what it was answered. */
async function ask(person: Person | undefined, method: string, path: string, body?: unknown, headers: object = {}) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: {
      ...(person ? { authorization: `JWT ${await tokenOf(person)}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, text, json: () => JSON.parse(text) };
}
const done = async (...request: Parameters<typeof ask>) => {
  const { status, text } = await ask(...request);
  expect({ request: request.slice(1, 4), status, text }).toMatchObject({ status: 200 });
  return text === '' ? undefined : JSON.parse(text);
};
const query = async (text: string) => (await database.owner.query(text)).rows;
const cli = (...args: string[]) =>
  spawnSync(process.execPath, ['dist/apps/cli/src/main.js', ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });

const rosterOf = (id: number, more: object = {}) => ({
  id,
  username: plant('username'),
  email: `${plant('e-mail')}@example.org`,
  full_name: plant('full name'),
  groups: [plant('group')],
  ...more,
});
/** A caller whose token says names of its own. */
const bearer = (id: number, what: string) => ({
  user_id: id,
  preferred_username: plant(`user name of ${what}`),
  email: `${plant(`e-mail of ${what}`)}@example.org`,
  name: plant(`name of ${what}`),
  roles: [plant(`role of ${what}`)],
  scopes: [plant(`scope of ${what}`)],
});

async function plantInRoster() {
  const old = { id: learner, username: plant('former user name'), email: `${plant('former e-mail')}@example.org` };
  await done(superuser, 'PUT', '/api/lms/v1/roster', {
    ...roster,
    users: [...roster.users.filter(({ id }) => id !== learner), old],
    enrollments: [],
  });
  const described = rosterOf(learner);
  const { username } = described;
  lastRoster = {
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
  await done(superuser, 'PUT', '/api/lms/v1/roster', lastRoster);
  const unknown = {
    enrollments: [{ user: plant('refused user name'), course_id: courseId, mode: plant('refused mode') }],
  };
  expect(
    (await ask(superuser, 'PUT', '/api/lms/v1/roster', unknown, { 'Idempotency-Key': plant('idempotency key') }))
      .status,
  ).toBe(422);
}

/** The attempts of these people at the exams, submitted. */
async function sit(exams: number[], persons: Person[]) {
  const attempts = [];
  for (const person of persons)
    for (const exam_id of exams) {
      const asked = {
        exam_id,
        attempt_proctored: 'true',
        note: plant(`field of an attempt ${exam_id} ${person.user_id}`),
      };
      const { exam_attempt_id } = await done(person, 'POST', `${root}/attempt`, asked);
      const url = `${root}/attempt/${exam_attempt_id}`;
      for (const action of ['start', 'submit']) await done(person, 'PUT', url, { action });
      attempts.push(await done(person, 'GET', url));
    }
  return attempts as { id: number; attempt_code: string; external_id: string }[];
}

async function plantInAllowances(exams: number[]) {
  const username = strings.username;
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

async function plantInReviews([first, second]: Awaited<ReturnType<typeof sit>>) {
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
  const callback = `/api/edx_proctoring/proctoring_review_callback/${callbackSecret}/`;
  const ofSecond = { examMetaData: { examCode: second!.attempt_code, ssiRecordLocator: second!.external_id } };
  const comments = { eventStart: 1, eventFinish: 3, duration: 2, comments: plant('webcam'), eventStatus: 'Suspicious' };
  await refuse(undefined, callback, { ...ofSecond, reviewStatus: plant('refused word') });
  await refuse(undefined, callback, `${JSON.stringify(ofSecond)} ${plant('behind a review')}`);
  await refuse(undefined, callback, { ...ofSecond, examMetaData: { examCode: plant('unknown code') } });
  const review = { ...ofSecond, reviewStatus: 'Suspicious', webCamComments: [comments] };
  expect((await ask(undefined, 'POST', callback, { ...review, videoReviewLink: plant('link') })).status).toBe(200);
}

/** What is refused, or read by nobody: nothing keeps it. */
async function plantInRequests(attempt: { id: number }, exam: number) {
  const person = bearer(learner, 'a later token');
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

const enrolled = 'course.enrollment.created';

async function plantOnBus() {
  const pii = {
    username: plant('user name on the bus'),
    email: `${plant('e-mail on the bus')}@example.org`,
    name: plant('name on the bus'),
  };
  const data = (mode: string) => ({
    enrollment: { user: { id: byBus, is_active: true, pii }, course: { course_key: courseId }, mode, is_active: true },
  });
  onBus = data(plant('mode on the bus'));
  await say(kafka, registry, enrollmentTopic, enrolled, 'enrollment', onBus);
  const nobody = { ...data('verified') };
  nobody.enrollment.user = { id: 35, is_active: true, pii: { ...pii, email: plant('e-mail of a refused message') } };
  await say(kafka, registry, enrollmentTopic, enrolled, 'enrollment', nobody);
  const producer = kafka.producer();
  await producer.connect();
  const headers = { ce_type: 'org.openedx.learning.course.enrollment.created.v1', ce_time: plant('time of a message') };
  await producer.send({
    topic: enrollmentTopic,
    messages: [{ key: plant('key of a message'), value: plant('unreadable message'), headers }],
  });
  await producer.disconnect();
}

function plantInCommands() {
  const names = ['--username', plant('--username'), '--email', plant('--email'), '--name', plant('--name')];
  expect(cli('token', '--user-id', `${learner}`, ...names, '--roles', plant('--roles')).status).toBe(0);
  const [from, to] = [join(folder, 'ids.csv'), join(folder, 'obscured.csv')];
  writeFileSync(from, `email,user_id\n${plant('e-mail of a file')}@example.org,${learner}\n`);
  process.env.DJANGO_SECRET_KEY = 'secret';
  expect(cli('obscured-ids', from, to).status).toBe(0);
  rmSync(from);
  rmSync(to);
  cli('replay', '--user', `${learner}`, '--course', plant('--course'));
  cli('replay', '--stream', plant('--stream'));
}

/** What is found in clear as long as the learner is known. All else is encrypted, or kept by nobody. */
const kept = [
  ...['username', 'e-mail', 'full name', 'group', 'mode', 'status of credit'],
  ...['verified name', 'another verified name', 'status of a verified name'],
  ...['content with a date', 'content with a schedule'],
  ...['user name of a stranger', 'e-mail of a stranger', 'name of a stranger'],
  ...['user name on the bus', 'e-mail on the bus', 'name on the bus', 'mode on the bus'],
  ...['allowance', 'key of an allowance', 'exception', 'one of many allowances', 'key of many allowances'],
  'unknown user of many',
];

/** The last that the roster, a token and the bus say. */
let lastRoster: object;
let ofToken: Person;
let onBus: object;
let exams: number[];
let attempts: Awaited<ReturnType<typeof sit>>;

/** All that the service keeps and says, but for what the LMS itself writes, and names on the bus. */
async function everything() {
  const values = {
    ...{ userId: `${learner}`, user_id: `${learner}`, examId: `${exams[0]}`, exam_id: `${exams[0]}` },
    ...{
      attemptId: `${attempts[0]!.id}`,
      courseId,
      course_id: courseId,
      contentId: contentId('rest'),
      content_id: contentId('rest'),
    },
    ...{ externalId: attempts[0]!.external_id, is_learning_mfe: 'true', object: `user:${learner}` },
  };
  const document = (await ask(undefined, 'GET', '/docs-json')).json();
  const answers = await answersOf(async (method, url) => (await ask(superuser, method, url)).text, document, values);
  const messages = await messagesIn(brokers, prefix, [...busTopics, prefix + examAttemptTopic]);
  const log = readFileSync(join(folder, 'service.log'), 'utf8');
  return new Map([...answers, ...messages, ...(await rowsOf(database)), ...(await filesOf(database)), ['log', log]]);
}
const published = async () => {
  const [{ left }] =
    await query(`select count(*)::int as left from events where (generation, transaction_id, position) >
    (select generation, xid, position from checkpoints where name = 'kafka')`);
  return left === 0;
};
const letters = async (follower: string) =>
  (await query(`select from dead_letters where follower = '${follower}'`)).length > 0;

it('what is planted is found, as far as it is kept', async () => {
  let locators = 0;
  const answer = plant('answer of a provider');
  vendor.mood = ({ route }) => {
    if (route === 'POST /register') return { body: { ssiRecordLocator: `SSI-${++locators}` } };
    return route.startsWith('PATCH') ? { status: 400, text: answer } : undefined;
  };
  mail.mood.recipient = () => 550;
  await plantInRoster();
  const listed = ['rest', 'software_secure'].map((backend) => publishedExam(backend, { backend }));
  exams = (await done(superuser, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, listed)).map(
    ({ exam_id }: any) => exam_id,
  );
  await until(
    'the provider knows the exam',
    async () => (await query('select from exams where external_id is not null')).length > 0,
  );
  await plantOnBus();
  const users = async () => (await query(`select from users where id in (${byBus})`)).length;
  await until('the bus is read', async () => (await users()) === 1);
  attempts = await sit(exams, [bearer(learner, 'a token')]);
  ofToken = bearer(byToken, 'a stranger');
  await ask(ofToken, 'GET', `${root}/attempt`);
  await done(superuser, 'PUT', '/api/lms/v1/roster', {
    enrollments: [{ user: byToken, course_id: courseId, mode: 'verified' }],
  });
  await sit(exams.slice(0, 1), [ofToken, { user_id: byBus, preferred_username: plant('user name of a third token') }]);
  await plantInAllowances(exams);
  await plantInReviews(attempts);
  await plantInRequests(attempts[0]!, exams[0]!);
  plantInCommands();
  for (const follower of ['mail', 'provider rest']) await until(`${follower} gives up`, () => letters(follower));
  await until('all is published', published);
  expect(Object.keys(strings).length).toBeGreaterThan(40);
  await query('analyze');
  const found = foundIn(await everything(), strings);
  expect(Object.keys(found).sort()).toEqual([...kept].sort());
}, 120_000);

it('once the learners are retired, none is found', async () => {
  await ask(superuser, 'POST', `/api/edx_proctoring/v1/retire_backend_user/${learner}/`);
  expect((await ask(superuser, 'POST', `/api/edx_proctoring/v1/retire_user/${learner}/`)).status).toBe(204);
  expect(cli('retire-user', '--user', `${byToken}`)).toMatchObject({ status: 0 });
  await say(kafka, registry, retirementTopic, 'user.retirement.completed', 'retirement', { user: { id: byBus } });
  await until(
    'all are retired',
    async () => (await query(`select from events where type = 'LearnerRetired'`)).length === 3,
  );
  await until('all is published', published);
  expect(foundIn(await everything(), strings)).toEqual({});
}, 120_000);

it('what comes about a retired learner later is not found either', async () => {
  await done(superuser, 'PUT', '/api/lms/v1/roster', lastRoster);
  for (const person of [
    { ...ofToken, administrator: true },
    { ...ofToken, user_id: learner },
  ])
    expect((await ask(person, 'GET', `${root}/attempt`)).status).toBe(403);
  await say(kafka, registry, enrollmentTopic, enrolled, 'enrollment', onBus);
  const late = { exam_id: exams[0], user_info: learner, key: plant('late key'), value: plant('late allowance') };
  await done(superuser, 'PUT', `${root}/allowance`, late);
  const review = { status: 'passed', comments: [{ comment: plant('late comment'), status: 'passed' }] };
  await done(reviewer, 'POST', `${root}/attempt/${attempts[0]!.external_id}/reviewed`, review);
  const refused = { status: plant('late status') };
  await ask(reviewer, 'POST', `${root}/attempt/${attempts[0]!.external_id}/reviewed`, refused);
  await until('the bus is read', async () => {
    const admin = await withAdmin(brokers, (admin) =>
      admin.fetchOffsets({ groupId: `${prefix}exam-proctoring`, topics: [enrollmentTopic] }),
    );
    return Number(admin[0]!.partitions[0]!.offset) === 4;
  });
  await until('all is published', published);
  expect(foundIn(await everything(), strings)).toEqual({});
}, 120_000);

it('names remain on the Open edX event bus alone, as the certificate says', async () => {
  const topic = new Map([...(await messagesIn(brokers, prefix + examAttemptTopic, []))]);
  const names = [
    'username',
    'e-mail',
    'full name',
    'user name of a stranger',
    'e-mail of a stranger',
    'name of a stranger',
  ];
  const onTheBus = ['user name on the bus', 'e-mail on the bus', 'name on the bus'];
  expect(Object.keys(foundIn(topic, strings)).sort()).toEqual([...names, ...onTheBus].sort());
  const { certificates } = await done(superuser, 'GET', `/api/audit/v1/erasures/${learner}`);
  const { remains } = certificates[0].certificate;
  expect(JSON.stringify(remains)).toContain(`${examAttemptTopic} of the Open edX event bus`);
  expect(JSON.stringify(remains)).toContain(`${settingsOf(examAttemptTopic).retentionDays} days`);
});
