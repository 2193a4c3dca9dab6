import { shared } from '../support/hooks.js';
import { contentId, courseId, openCourse, people, root } from '../support/service.js';

// The launch link of a secure browser. It needs no login, only the attempt code.

const { staff, alice, bob } = people;

const service = shared(() =>
  openCourse(
    {
      locked: { backend: 'secure' },
      second: { backend: 'secure' },
      open: { backend: 'test' },
      timed: { is_proctored: false },
      chained: {},
    },
    {
      settings: {
        PROCTORING_BACKENDS: { DEFAULT: 'test', test: {}, secure: { provider: 'test', block_exam_material: true } },
      },
    },
  ),
);
const { request: ask } = service;

beforeEach(async () => {
  for (const exam_id of Object.values(service.exams))
    for (const { user_id } of [alice, bob])
      await ask(staff, 'DELETE', `${root}/exam_id/${exam_id}/user_id/${user_id}/reset_attempts`);
});
afterEach(() => service.moveClock('0'));

type Attempt = { id: number; attempt_code: string; status: string };
const attemptOf = async (id: number, person = alice): Promise<Attempt> =>
  (await ask(person, 'GET', `${root}/attempt/${id}`)).body;
const create = async (exam: string, person = alice) => {
  const asked = { attempt_proctored: String(exam !== 'timed') };
  return attemptOf(await service.createAttempt(person, service.exams[exam], asked), person);
};
const act = (id: number, action: string, person = alice) => ask(person, 'PUT', `${root}/attempt/${id}`, { action });
const launch = ({ attempt_code }: Attempt, method = 'GET') =>
  ask(undefined, method, `/api/edx_proctoring/proctoring_launch_callback/start_exam/${attempt_code}`);
const eventsOf = async () =>
  (await service.database.owner.query('select type, metadata from events order by position')).rows;
const cookieOf = (answer: Awaited<ReturnType<typeof launch>>) =>
  String(answer.headers['set-cookie'] ?? '').split(';')[0]!;
const view = async (exam: string, cookie: string, person = alice, query = '') =>
  (
    await ask(
      person,
      'GET',
      `${root}/student_view/course_id/${courseId}?content_id=${encodeURIComponent(contentId(exam))}${query}`,
      undefined,
      { cookie },
    )
  ).body.interstitial;

describe('a launch', () => {
  it.each(['GET', 'POST'])('by %s makes an attempt ready to start, and redirects to the exam', async (method) => {
    const attempt = await create('locked');
    const answer = await launch(attempt, method);
    expect([answer.status, answer.headers.location]).toEqual([
      302,
      `/courses/${courseId}/jump_to/${contentId('locked')}`,
    ]);
    expect(await attemptOf(attempt.id)).toMatchObject({ status: 'ready_to_start' });
  });

  it.each(['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'])('by %s changes nothing', async (method) => {
    const attempt = await create('locked');
    const before = await eventsOf();
    expect((await launch(attempt, method)).headers['set-cookie']).toBeUndefined();
    expect(await eventsOf()).toEqual(before);
  });

  it.each(['locked', 'open', 'timed'])('never changes a running exam: %s', async (exam) => {
    const attempt = await create(exam);
    await act(attempt.id, 'start');
    await service.moveClock('40 minutes');
    const before = await eventsOf();
    for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS']) await launch(attempt, method);
    expect(await eventsOf()).toEqual(before);
  });

  it.each(['open', 'timed'])('of an exam without a secure browser changes nothing: %s', async (exam) => {
    const attempt = await create(exam);
    const answer = await launch(attempt);
    expect([answer.status, answer.headers['set-cookie']]).toEqual([302, undefined]);
    expect(await attemptOf(attempt.id)).toMatchObject({ status: 'created' });
  });
});

describe('the cookie of a secure browser', () => {
  it('is only for HTTPS and the same site, invisible to scripts, and expires', async () => {
    const answer = await launch(await create('locked'));
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^exam=[-\w]+:\w+:[-\w]+; Path=\/; Max-Age=45000; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  it('opens its own attempt and no other', async () => {
    const [first, second] = [await create('locked'), await create('second')];
    const hers = await create('locked', bob);
    const cookie = cookieOf(await launch(first));
    await act(first.id, 'start');
    expect(await view('locked', cookie)).toBeNull();
    await act(first.id, 'submit');
    for (const [{ id }, person] of [
      [second, alice],
      [hers, bob],
    ] as const)
      await act(id, 'start', person);
    expect(await view('second', cookie)).toBe('wrong_browser');
    expect(await view('locked', cookie, bob)).toBe('wrong_browser');
    expect(await view('second', cookieOf(await launch(second)))).toBeNull();
  });

  it('opens nothing if it is too old or its attempt is over', async () => {
    const attempt = await create('locked');
    await service.moveClock('-13 hours');
    const old = cookieOf(await launch(attempt));
    await service.moveClock('0');
    await act(attempt.id, 'start');
    expect(await view('locked', old)).toBe('wrong_browser');
    await act(attempt.id, 'submit');
    expect((await launch(attempt)).headers['set-cookie']).toBeUndefined();
  });
});

describe("a request for another user's view writes nothing", () => {
  const pathsOf = (exam: string) => {
    const content = `content_id=${encodeURIComponent(contentId(exam))}&user_id=${alice.user_id}`;
    return [
      `student_view/course_id/${courseId}?${content}`,
      `attempt_status_summary/course_id/${courseId}?${content}`,
      `attempt/course_id/${courseId}?${content}`,
      `active_attempt?user_id=${alice.user_id}`,
      `active_exams_for_user?user_id=${alice.user_id}`,
    ];
  };

  it('when the time of the exam is over', async () => {
    const { id } = await create('timed');
    await act(id, 'start');
    await service.moveClock('31 minutes');
    const before = await eventsOf();
    for (const path of pathsOf('timed'))
      expect([path, (await ask(staff, 'GET', `${root}/${path}`)).status]).toEqual([path, 200]);
    expect(await eventsOf()).toEqual(before);
    expect(await attemptOf(id)).toMatchObject({ status: 'submitted' });
  });

  it('when the learner declined a prerequisite', async () => {
    const requirement = {
      course_id: courseId,
      namespace: 'proctored_exam',
      name: 'before',
      order: 1,
      display_name: 'x',
    };
    const write = (status: string) =>
      ask(staff, 'PUT', '/api/lms/v1/roster', {
        credit_requirements: [{ ...requirement, statuses: { alice: status } }],
      });
    await write('declined');
    const before = await eventsOf();
    for (const path of pathsOf('chained')) expect((await ask(staff, 'GET', `${root}/${path}`)).status).toBe(200);
    expect(await eventsOf()).toEqual(before);
    expect(await view('chained', '')).toBeNull();
    const [declined] = (await eventsOf()).slice(before.length);
    expect(declined.metadata.actor).toEqual({ kind: 'user', userId: alice.user_id });
    await write('satisfied');
  });
});
