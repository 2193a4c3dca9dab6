import { shared } from '../support/hooks.js';
import { contentId, courseId, openCourse, type Person, people, root, roster } from '../support/service.js';

const { staff, alice, bob, teacher } = people;

const service = shared(() => {
  const timed = { is_proctored: false };
  const others = { exam: {}, locked: {}, chained: {}, over: {}, onboarding: { is_practice_exam: true } };
  return openCourse(
    { timed, short: { ...timed, time_limit_mins: 0 }, ...others },
    {
      settings: { PROCTORING_BACKENDS: { DEFAULT: 'test', test: { block_exam_material: true } } },
      roster: {
        ...roster,
        users: [...roster.users, { id: 9, username: 'idle', email: '', is_active: false }],
        enrollments: [...roster.enrollments, { user: 'idle', course_id: courseId, mode: 'verified' }],
      },
    },
  );
});
const { request: ask } = service;

const write = async (body: object) => {
  const answer = await ask(staff, 'PUT', '/api/lms/v1/roster', body);
  expect(answer.status).toBe(200);
};
const at =
  (kind: string) =>
  (person: Person, name: string, query: object = {}, headers: object = {}) => {
    const asked = new URLSearchParams({ content_id: contentId(name), ...query });
    return ask(person, 'GET', `${root}/${kind}/course_id/${courseId}?${asked}`, undefined, headers);
  };
const view = at('student_view');
const summary = at('attempt_status_summary');
const page = async (...asked: Parameters<typeof view>) => {
  const { status, body } = await view(...asked);
  expect(status).toBe(200);
  expect([body.context === null, body.html === null]).toEqual([body.shows_content, body.shows_content]);
  return body.interstitial;
};

/** Sets the learners' statuses of the requirement before the proctored exams. */
const requirement = (statuses: Record<string, string>) =>
  write({
    credit_requirements: [
      {
        course_id: courseId,
        namespace: 'proctored_exam',
        name: 'before',
        order: 1,
        display_name: 'The one before',
        statuses,
      },
    ],
  });

/** Submits a form of the page, as the script of the page does. */
const submitForm = async (person: Person, name: string, action: string) => {
  const { body } = await view(person, name, { allow_proctoring_opt_out: 'true' });
  const form = new RegExp(`<form data-action="${action}" data-method="(\\w+)" action="([^"]+)".*?</form>`, 's');
  const [text, method, url] = form.exec(body.html)!;
  const fields = [...text.matchAll(/<input type="hidden" name="(\w+)" value="(\w*)">/g)];
  const answer = await ask(person, method!, url!, Object.fromEntries(fields.map(([, field, value]) => [field, value])));
  expect(answer.status).toBe(200);
};

describe('the pages lead a learner', () => {
  it('through a timed exam', async () => {
    expect(await page(alice, 'timed')).toBe('timed_entrance');
    await submitForm(alice, 'timed', 'create');
    expect(await page(alice, 'timed')).toBeNull();
    const { body } = await ask(alice, 'GET', `${root}/attempt`);
    await ask(alice, 'PUT', `${root}/attempt/${body.attempt_id}`, { action: 'stop' });
    await submitForm(alice, 'timed', 'start');
    expect(await page(alice, 'timed')).toBeNull();
    await ask(alice, 'PUT', `${root}/attempt/${body.attempt_id}`, { action: 'stop' });
    await submitForm(alice, 'timed', 'submit');
    expect(await page(alice, 'timed')).toBe('timed_submitted');
  });

  it('through onboarding, and through it again', async () => {
    await submitForm(alice, 'onboarding', 'create');
    expect(await page(alice, 'onboarding')).toBe('set_up');
    await submitForm(alice, 'onboarding', 'click_download_software');
    await submitForm(alice, 'onboarding', 'check_ready');
    const { context } = (await view(alice, 'onboarding')).body;
    const { body: attempt } = await ask(alice, 'GET', context.exam_started_poll_url);
    await ask(staff, 'POST', `${root}/attempt/${attempt.external_id}/ready`, {});
    await submitForm(alice, 'onboarding', 'start');
    expect(await page(alice, 'onboarding')).toBeNull();
    await ask(alice, 'PUT', context.change_state_url, { action: 'stop' });
    await submitForm(alice, 'onboarding', 'submit');
    expect(await page(alice, 'onboarding')).toBe('onboarding_submitted');
    await submitForm(alice, 'onboarding', 'reset_attempt');
    expect(await page(alice, 'onboarding')).toBe('set_up');
  });

  it('out of proctoring', async () => {
    await submitForm(bob, 'exam', 'create');
    await submitForm(bob, 'exam', 'decline');
    expect(await page(bob, 'exam')).toBeNull();
    expect((await summary(bob, 'exam')).body).toEqual({
      status: 'declined',
      short_description: 'Taking As Open Exam',
      suggested_icon: 'fa-pencil-square-o',
      in_completed_state: false,
    });
  });
});

describe('a request for a page can change the attempt:', () => {
  it('an attempt whose time is over is submitted, and the page says why', async () => {
    await submitForm(alice, 'short', 'create');
    const { body } = await view(alice, 'short');
    expect(body).toMatchObject({ interstitial: 'timed_submitted', context: { has_time_expired: true } });
    expect(body.html).toContain('Your time was over');
  });

  it('a declined prerequisite declines the exam', async () => {
    await requirement({ alice: 'failed' });
    const { body } = await view(alice, 'chained');
    expect(body.interstitial).toBe('prerequisites_failed');
    expect(body.html).toContain(`<a href="/courses/${courseId}/jump_to/before">The one before</a>`);
    await requirement({ alice: 'declined' });
    expect(await page(alice, 'chained')).toBeNull();
    expect((await summary(alice, 'chained')).body.status).toBe('declined');
    await requirement({ alice: 'satisfied', bob: 'satisfied' });
  });

  it('a declined prerequisite declines the exam past due, too, for the learning front end', async () => {
    const newcomer = { user_id: 10, preferred_username: 'newcomer' };
    await write({
      users: [{ id: 10, username: 'newcomer', email: '' }],
      enrollments: [{ user: 'newcomer', course_id: courseId, mode: 'verified' }],
      dates: [{ course_id: courseId, content_id: contentId('over'), date: '2020-01-01T00:00:00Z' }],
    });
    await requirement({ newcomer: 'declined' });
    const { status, body } = await at('attempt')(newcomer, 'over');
    expect([status, body.exam.passed_due_date, body.exam.attempt]).toEqual([200, true, {}]);
    expect((await at('attempt')(newcomer, 'over')).body.exam.attempt.attempt_status).toBe('declined');
    await requirement({ newcomer: 'satisfied' });
  });
});

describe('in a grace period', () => {
  const due = (date: string | null) =>
    write({ dates: [{ course_id: courseId, content_id: contentId('timed'), date }] });
  const deadline = async () =>
    (await view(staff, 'timed', { user_id: alice.user_id, grace_period_mins: '60' })).body.context?.wait_deadline;
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

  it('the page of a submitted timed exam says how long it stays hidden, but only after the due date', async () => {
    expect(await page(alice, 'timed')).toBe('timed_submitted');
    await due(inMinutes(30));
    expect(await deadline()).toBeUndefined();
    await due(inMinutes(-30));
    expect(await deadline()).toMatch(/^2\d{3}-.*\+00:00$/);
    await due(null);
  });
});

it('only the secure browser shows a running exam', async () => {
  const id = await service.createAttempt(teacher, service.exams.locked);
  await write({ enrollments: [{ user: 'teacher', course_id: courseId, mode: 'verified' }] });
  const { body } = await ask(teacher, 'GET', `${root}/attempt/${id}`);
  const launch = `/api/edx_proctoring/proctoring_launch_callback/start_exam/${body.attempt_code}`;
  const cookie = String((await ask(undefined, 'GET', launch)).headers['set-cookie']).split(';')[0]!;
  await submitForm(teacher, 'locked', 'start');
  expect(await page(teacher, 'locked')).toBe('wrong_browser');
  expect(await page(teacher, 'locked', {}, { cookie: `${cookie.slice(0, -1)}!` })).toBe('wrong_browser');
  expect(await page(teacher, 'locked', {}, { cookie })).toBeNull();
});

describe('staff see', () => {
  it('the exam itself, or the page of a learner', async () => {
    expect(await page(teacher, 'timed', { user_role: 'staff' })).toBeNull();
    expect(await page(staff, 'timed', { user_id: alice.user_id })).toBe('timed_submitted');
    expect(await page(staff, 'exam', { user_id: 9 })).toBe('inactive_account');
  });

  it.each([
    ['a role', alice, { user_role: 'staff' }, 403],
    ['another learner', teacher, { user_id: '2' }, 403],
    ['a grace period', alice, { grace_period_mins: '10' }, 403],
    ['a malformed grace period', staff, { grace_period_mins: '-1' }, 400],
    ['an unknown learner', staff, { user_id: '77' }, 400],
    ['no exam', alice, { content_id: '' }, 400],
    ['an unknown exam', alice, { content_id: 'nowhere' }, 404],
  ])('an error, and learners do so, too, for a request with %s', async (_, person, query, status) =>
    expect((await view(person, 'timed', query)).status).toBe(status),
  );
});

describe('a text for learners', () => {
  it('is in the language of the browser', async () => {
    const german = { 'accept-language': 'fr, de-CH;q=0.8, en;q=0.5' };
    const { body, headers } = await view(bob, 'timed', {}, german);
    expect(headers).toMatchObject({ 'content-language': 'de', vary: 'Accept-Language' });
    expect(body.language).toBe('de');
    expect(body.html).toContain('Sie haben 30 Minuten.');
    expect((await summary(bob, 'timed', {}, german)).body.short_description).toBe('Prüfung mit Zeitlimit');
  });

  it('for the course outline is missing if the exam is unknown', async () =>
    expect((await summary(bob, 'timed', { content_id: 'nowhere' })).body).toEqual({}));
});

describe('the onboarding panel', () => {
  const panel = (person: Person, query = '', headers: object = {}) =>
    ask(
      person,
      'GET',
      `/api/edx_proctoring/v1/user_onboarding/status/panel?course_id=${encodeURIComponent(courseId)}${query}`,
      undefined,
      headers,
    );

  it('says what the learner must do, with a link', async () =>
    expect((await panel(bob)).body).toEqual({
      language: 'en',
      title: 'Onboarding for proctored exams',
      status: null,
      label: 'Not Started',
      tone: 'needs_action',
      message: 'You have not begun your onboarding exam.',
      reminder: expect.stringContaining('approved profile'),
      link: { text: 'Complete Onboarding', url: `/courses/${courseId}/jump_to/${contentId('onboarding')}` },
      instructions: { text: expect.any(String), url: 'https://test-provider.example.org/help' },
      expires_at: null,
    }));

  it('is available in German, and says when onboarding opens', async () => {
    await write({
      schedules: [
        {
          course_id: courseId,
          content_id: contentId('onboarding'),
          effective_start: '2090-01-01T08:00:00Z',
          user: 'bob',
        },
      ],
    });
    const { body } = await panel(bob, '', { 'accept-language': 'de' });
    expect(body).toMatchObject({
      label: 'Nicht begonnen',
      link: { text: 'Anmeldung ab 1. Januar 2090 um 08:00 UTC', url: null },
    });
  });

  it('of another learner is visible only to staff', async () => {
    expect((await panel(teacher, '&username=alice')).body.status).toBe('created');
    expect((await panel(bob, '&username=alice')).status).toBe(403);
  });
});
