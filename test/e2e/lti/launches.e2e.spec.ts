import { until } from '../../../libs/event-store/src/testing.js';
import { shared } from '../../support/hooks.js';
import { openCourse, type Person, people, root } from '../../support/service.js';
import { claim, PretendedTool, proctoringClaim, startPath } from './pretended-tool.js';

const { staff, alice, bob, teacher } = people;
const watchers = new PretendedTool('watchers', 1);
const guards = new PretendedTool('guards', 2);
const frontEnd = 'https://learning.example.org';

const service = shared(() =>
  openCourse(
    {
      ...{ midterm0: { backend: 'watchers' }, midterm1: { backend: 'watchers' }, midterm2: { backend: 'watchers' } },
      ...{ final: { backend: 'guards' }, timed: { is_proctored: false } },
    },
    {
      settings: {
        LEARNING_MICROFRONTEND_URL: frontEnd,
        PLATFORM_NAME: 'Example Platform',
        PROCTORING_BACKENDS: { DEFAULT: 'test', test: {}, watchers: watchers.settings, guards: guards.settings },
      },
    },
  ),
);
const { request: ask } = service;

/** A learner may make few changes at an exam in a minute, so the tests use three exams in turn. */
let turn = 0;
const examId = (name: string) => service.exams[name === 'midterm' ? `midterm${turn}` : name]!;

beforeEach(async () => {
  turn = (turn + 1) % 3;
  for (const exam_id of Object.values(service.exams))
    for (const { user_id } of [alice, bob])
      await ask(staff, 'DELETE', `${root}/exam_id/${exam_id}/user_id/${user_id}/reset_attempts`);
});
afterEach(() => service.moveClock('0'));

const create = (exam: string, person: Person = alice, more: object = {}) =>
  service.createAttempt(person, examId(exam), { attempt_proctored: String(exam !== 'timed'), ...more });
const statusOf = async (id: number) =>
  (await service.query('select status from attempts where id = $1', [id]))[0].status;
const act = (person: Person, id: number, action: string) => ask(person, 'PUT', `${root}/attempt/${id}`, { action });
const cookieOf = (answer: { headers: Record<string, any> }) => String(answer.headers['set-cookie']).split(';')[0]!;

/** Begins a launch in a browser, which keeps the cookie. */
async function begin(path: string, person: Person, cookie = '') {
  const answer = await ask(person, 'GET', path, undefined, { cookie });
  const url = new URL(String(answer.headers.location));
  return { answer, url, query: Object.fromEntries(url.searchParams), cookie: cookieOf(answer) };
}
const start = (id: number, person: Person = alice, cookie = '') => begin(`/lti/start_proctoring/${id}`, person, cookie);

type Begun = Awaited<ReturnType<typeof begin>>;

/** The tool's request for the message, in the same browser. */
const fetchMessage = (tool: PretendedTool, { query, cookie }: Pick<Begun, 'query' | 'cookie'>, changes: object = {}) =>
  ask(undefined, 'GET', tool.messagePath(query, changes), undefined, { cookie });

async function messageOf(tool: PretendedTool, begun: Begun) {
  const { status, body } = await fetchMessage(tool, begun);
  expect(status).toBe(200);
  const [, idToken] = /name="id_token" value="([^"]+)"/.exec(body)!;
  return tool.verified(service, idToken!);
}

const send = (jwt: string, cookie: string) =>
  ask(undefined, 'POST', startPath, String(new URLSearchParams({ JWT: jwt })), {
    'content-type': 'application/x-www-form-urlencoded',
    cookie,
  });

/** From the launch to the tool's message that the learner may begin. */
async function proctor(id: number, tool = watchers, changes: object = {}) {
  const begun = await start(id);
  const message = await messageOf(tool, begun);
  const answer = await send(await tool.sign(tool.mayBegin(message, changes)), begun.cookie);
  return { ...begun, message, answer };
}

describe('a launch', () => {
  it('takes the browser to the tool, and the tool gets a signed message about the exam', async () => {
    const id = await create('midterm');
    const begun = await start(id);
    expect(begun.answer.status).toBe(302);
    expect(begun.url.href).toMatch(/^https:\/\/watchers.example.org\/login\?iss=http%3A%2F%2Flocalhost%3A3000&/);
    expect(await statusOf(id)).toBe('download_software_clicked');
    const message = await messageOf(watchers, begun);
    expect(message).toMatchObject({
      iss: 'http://localhost:3000',
      sub: begun.query.login_hint,
      nonce: 'nonce',
      [claim('message_type')]: 'LtiStartProctoring',
      [claim('context')]: { id: 'course-v1:OrgX+Demo+2031' },
      [claim('tool_platform')]: { guid: 'a3ac45a6-6a6f-54ae-a939-419255537851', name: 'Example Platform' },
      [proctoringClaim('attempt_number')]: 1,
      [proctoringClaim('acs')]: { actions: ['pause', 'resume', 'terminate', 'update', 'flag'] },
    });
    expect(JSON.stringify(message)).not.toMatch(/alice/);
  });

  it('is for the owner of an attempt with a tool; a refusal names the id of the caller', async () => {
    const id = await create('midterm');
    for (const person of [bob, staff])
      expect((await ask(person, 'GET', `/lti/start_proctoring/${id}`)).body).toEqual({
        detail: `user_id=${person.user_id} attempted to update attempt_id=${id} in course_id=course-v1:OrgX+Demo+2031 when starting an LTI launch but does not have access to it.`,
      });
    expect((await ask(undefined, 'GET', `/lti/start_proctoring/${id}`)).status).toBe(401);
    const timed = await create('timed');
    expect((await ask(alice, 'GET', `/lti/start_proctoring/${timed}`)).status).toBe(400);
    expect(await statusOf(timed)).toBe('created');
    expect((await ask(alice, 'POST', `/lti/start_proctoring/${id}`, {})).status).toBe(405);
  });

  it.each<[string, object]>([
    ['without a hint', { lti_message_hint: undefined }],
    ['with a guessed hint', { lti_message_hint: 'nonsense' }],
    ['without a login hint', { login_hint: undefined }],
    ["with another person's login hint", { login_hint: '00000000-0000-4000-8000-000000000000' }],
    ['of another tool', { client_id: 'guards-client' }],
    ['that leads to another address', { redirect_uri: 'https://evil.example.org/' }],
    ['without a nonce', { nonce: undefined }],
    ['without a state', { state: undefined }],
  ])('is refused %s, and may then still be used', async (_, changes) => {
    const begun = await start(await create('midterm'));
    const answer = await fetchMessage(watchers, begun, changes);
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('could not be opened') });
    expect(answer.body).not.toContain('id_token');
    await messageOf(watchers, begun);
  });

  it('is used once, within ten minutes, in the browser that began it', async () => {
    const id = await create('midterm');
    const begun = await start(id);
    const other = await start(await create('midterm', bob), bob);
    expect((await fetchMessage(watchers, { ...begun, cookie: '' })).status).toBe(400);
    expect((await fetchMessage(watchers, { ...begun, cookie: other.cookie })).status).toBe(400);
    await messageOf(watchers, begun);
    expect((await fetchMessage(watchers, begun)).status).toBe(400);
    const late = await start(id, alice, begun.cookie);
    await service.moveClock('10 minutes');
    expect((await fetchMessage(watchers, late)).status).toBe(400);
  });

  it('shows the page in frames of the tool, with a policy that runs one script', async () => {
    const { headers } = await fetchMessage(watchers, await start(await create('midterm')));
    expect(headers['x-frame-options']).toBeUndefined();
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'sha256-/);
  });
});

describe('the message of the tool that the learner may begin', () => {
  it('makes the attempt ready, and leads to the page that frames the exam', async () => {
    const id = await create('midterm');
    const { answer } = await proctor(id);
    expect(answer.body).toContain(`content="2; url='http://localhost:3000/lti/exam_shell/${id}'"`);
    expect(await statusOf(id)).toBe('ready_to_start');
  });

  it.each<[string, (message: any) => object]>([
    ['another type', () => ({ [claim('message_type')]: 'LtiResourceLinkRequest' })],
    ['another version', () => ({ [claim('version')]: '1.2.0' })],
    ['other session data', () => ({ [proctoringClaim('session_data')]: 'wrong' })],
    ['another attempt', () => ({ [proctoringClaim('attempt_number')]: 2 })],
    ['the number as a text', () => ({ [proctoringClaim('attempt_number')]: '1' })],
    ['no resource link', () => ({ [claim('resource_link')]: undefined })],
    ['an end in the past', ({ iat }) => ({ exp: iat - 60 })],
  ])('is refused with %s', async (_, changes) => {
    const id = await create('midterm');
    const begun = await start(id);
    const message = await messageOf(watchers, begun);
    const answer = await send(await watchers.sign(watchers.mayBegin(message, changes(message))), begun.cookie);
    expect(answer.status).toBe(400);
    expect(await statusOf(id)).toBe('download_software_clicked');
  });

  it('is refused from an unknown tool, another tool, with another key, and in another browser', async () => {
    const id = await create('midterm');
    const begun = await start(id);
    const message = await messageOf(watchers, begun);
    const word = watchers.mayBegin(message);
    const answers = [
      await send('abc', begun.cookie),
      await send(await guards.sign({ ...word, iss: 'nobody' }), begun.cookie),
      await send(await guards.sign(word), begun.cookie),
      await send(await guards.sign({ ...word, iss: guards.clientId }), begun.cookie),
      await send(await watchers.sign(word), ''),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 404, 400, 400, 400]);
    expect(await statusOf(id)).toBe('download_software_clicked');
  });

  it('and a launch leave a running attempt and its clock as they are', async () => {
    const id = await create('midterm');
    const { cookie } = await proctor(id);
    await act(alice, id, 'start');
    const before = await service.query('select to_json(attempts) as row from attempts where id = $1', [id]);
    await service.moveClock('1 minute');
    const again = await start(id, alice, cookie);
    const message = await messageOf(watchers, again);
    expect((await send(await watchers.sign(watchers.mayBegin(message)), again.cookie)).status).toBe(200);
    expect(await service.query('select to_json(attempts) as row from attempts where id = $1', [id])).toEqual(before);
  });
});

describe('the page that frames the exam', () => {
  const statusAt = (id: number, cookie: string) =>
    ask(undefined, 'GET', `/lti/exam_shell/${id}/status`, undefined, { cookie });

  it('answers for the tool while its session lives in this browser', async () => {
    const id = await create('midterm');
    const begun = await start(id);
    expect((await statusAt(id, begun.cookie)).body).toEqual({ active: false });
    const { cookie } = await proctor(id);
    const page = await ask(undefined, 'GET', `/lti/exam_shell/${id}`, undefined, { cookie });
    expect(page.headers['content-security-policy']).toContain(`frame-src 'self' ${frontEnd};`);
    expect(page.body).toContain(`<iframe src="${frontEnd}/course/course-v1:OrgX`);
    expect((await statusAt(id, cookie)).body).toEqual({ active: true });
    // The same learner in another browser, without the tool.
    expect((await statusAt(id, begun.cookie)).body).toEqual({ active: false });
    const { cookie: ofBob } = await start(await create('midterm', bob), bob);
    expect((await statusAt(id, ofBob)).status).toBe(404);
    expect((await statusAt(id, '')).status).toBe(404);
  });

  it('is closed after the end of the attempt', async () => {
    const id = await create('midterm');
    const { cookie } = await proctor(id);
    await ask(alice, 'GET', `/lti/end_assessment/${id}`);
    expect((await statusAt(id, cookie)).body).toEqual({ active: false });
    const page = await ask(undefined, 'GET', `/lti/exam_shell/${id}`, undefined, { cookie });
    expect(page).toMatchObject({ status: 302, headers: { location: expect.stringContaining(frontEnd) } });
  });
});

describe('the end', () => {
  const end = (id: number, headers: object = {}) => ask(alice, 'GET', `/lti/end_assessment/${id}`, undefined, headers);

  it('submits the attempt and leads to the exam', async () => {
    const id = await create('midterm');
    await proctor(id);
    await act(alice, id, 'start');
    expect((await end(id)).headers.location).toMatch(`${frontEnd}/course/`);
    expect(await statusOf(id)).toBe('submitted');
  });

  it('is sent as a message to a tool that asked for it', async () => {
    const id = await create('midterm');
    const { cookie } = await proctor(id, watchers, { [proctoringClaim('end_assessment_return')]: true });
    const ended = await begin(`/lti/end_assessment/${id}`, alice, cookie);
    const message = await messageOf(watchers, ended);
    expect(message).toMatchObject({
      [claim('message_type')]: 'LtiEndAssessment',
      [claim('launch_presentation')]: { return_url: expect.stringContaining(`${frontEnd}/course/`) },
    });
  });

  it('changes no result', async () => {
    const id = await create('midterm');
    await ask(alice, 'GET', `/lti/end_assessment/${id}`);
    await ask(staff, 'POST', `/api/exams/v1/attempts/${id}/reject`, { reason: 'no' });
    expect((await end(id)).status).toBe(302);
    expect(await statusOf(id)).toBe('rejected');
  });

  it('cannot be caused by a page of another site', async () => {
    const id = await create('midterm');
    expect((await end(id, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(await statusOf(id)).toBe('created');
  });

  it('moves the whole tab, when the exam is in a frame', async () => {
    const answer = await end(await create('midterm'), { 'sec-fetch-dest': 'iframe' });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-frame-options': 'SAMEORIGIN' } });
    expect(answer.body).toContain('target="_top"');
  });
});

describe('the tool for course staff', () => {
  const path = (exam: string) => `/lti/exam/${examId(exam)}/instructor_tool`;

  it('opens with the role of an instructor, and shows the learners by the names that the tool knows', async () => {
    const { query } = await start(await create('midterm'));
    await create('midterm', bob);
    const begun = await begin(path('midterm'), teacher);
    const message = await messageOf(watchers, begun);
    expect(message).toMatchObject({
      [claim('message_type')]: 'LtiResourceLinkRequest',
      [claim('roles')]: ['http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor'],
      [claim('custom')]: { roster_url: `http://localhost:3000${path('midterm')}/roster` },
    });
    const bySession = await ask(undefined, 'GET', `${path('midterm')}/roster`, undefined, { cookie: begun.cookie });
    expect(bySession.body).toEqual([
      [query.login_hint, 'alice'],
      [expect.any(String), 'bob'],
    ]);
    expect((await ask(teacher, 'GET', `${path('midterm')}/roster`)).body).toEqual(bySession.body);
    expect((await ask(teacher, 'GET', `${path('final')}/roster`)).body).toEqual([]);
  });

  it('is for course staff alone', async () => {
    expect((await ask(undefined, 'GET', path('midterm'))).status).toBe(401);
    expect(await ask(alice, 'GET', path('midterm'))).toMatchObject({ status: 403, body: '' });
    expect((await ask(teacher, 'GET', path('timed'))).status).toBe(400);
    expect((await ask(teacher, 'GET', '/lti/exam/99999/instructor_tool')).body).toEqual({
      detail: 'Exam with exam_id=99999 does not exist.',
    });
    const { cookie } = await start(await create('midterm'));
    const roster = (cookie: string, exam = examId('midterm')) =>
      ask(undefined, 'GET', `/lti/exam/${exam}/instructor_tool/roster`, undefined, { cookie });
    expect((await roster('')).status).toBe(401);
    expect((await roster(cookie)).status).toBe(403);
    expect((await ask(teacher, 'GET', '/lti/exam/99999/instructor_tool/roster')).status).toBe(404);
  });

  it('is in the access log, with the person whose browser came back from the tool', async () => {
    const { cookie } = await begin(path('midterm'), teacher);
    const { cookie: cookieOfBob } = await start(await create('midterm', bob), bob);
    const roster = (id: string, cookie: string) =>
      ask(undefined, 'GET', `${path('midterm')}/roster`, undefined, { cookie, 'x-request-id': id });
    await Promise.all([roster('names-1', cookie), roster('names-2', cookieOfBob)]);
    const entries = () =>
      service.database.owner.query(
        `select user_id, outcome, row_count, objects from access_log
          where request_id like 'names-%' and action = 'GET /lti/exam/:examId/instructor_tool/roster' order by request_id`,
      );
    await until('both accesses are recorded', async () => (await entries()).rowCount === 2);
    const objects = [`exam:${examId('midterm')}`];
    expect((await entries()).rows).toEqual([
      { user_id: String(teacher.user_id), outcome: 'done', row_count: '1', objects },
      { user_id: String(bob.user_id), outcome: 'refused', row_count: null, objects },
    ]);
  });
});

it('a retired learner has no name at tools any more', async () => {
  const id = await create('midterm', bob);
  await messageOf(watchers, await start(id, bob));
  const rows = () =>
    service.query(
      `select count(*)::int as rows from (select user_id from lti_subjects union all select user_id from lti_launches
         union all select user_id from lti_proctorings) as kept where user_id = $1`,
      [bob.user_id],
    );
  expect((await rows())[0].rows).toBeGreaterThan(2);
  await service.query('select forget_learner($1)', [bob.user_id]);
  expect(await rows()).toEqual([{ rows: 0 }]);
});
