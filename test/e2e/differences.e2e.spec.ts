import { shared } from '../support/hooks.js';
import { contentId, courseId, openCourse, type Person, people, root, roster } from '../support/service.js';

// Deliberate differences from the reference: one test for each hole of the reference that the service closes.

const { staff, alice, bob, teacher, reviewer } = people;
const otherTeacher = { user_id: 6, preferred_username: 'other_teacher' };
const worker = { user_id: 9, preferred_username: 'retirement_worker' };
const otherCourse = 'course-v1:OrgX+Other+2031';

const service = shared(() => {
  const others = [otherTeacher, worker].map((person) => ({
    id: person.user_id,
    username: person.preferred_username,
    email: `${person.preferred_username}@example.org`,
  }));
  return openCourse(
    {
      midterm: {},
      quiz: { is_proctored: false },
      instant: { is_proctored: false, time_limit_mins: 0 },
      onboarding: { is_practice_exam: true },
    },
    {
      roster: {
        ...roster,
        users: [...roster.users, ...others],
        courses: [...roster.courses, { course_id: otherCourse, display_name: 'Other' }],
        course_staff: [...roster.course_staff, { user: 'other_teacher', course_id: otherCourse }],
      },
    },
  );
});
const { request: ask } = service;

const create = async (exam: string, person = alice, more: object = {}): Promise<number> => {
  const body = {
    exam_id: service.exams[exam],
    attempt_proctored: exam === 'midterm' || exam === 'onboarding' ? 'true' : 'false',
  };
  const answer = await ask(person, 'POST', `${root}/attempt`, { ...body, ...more });
  expect(answer).toMatchObject({ status: 200, body: { exam_attempt_id: expect.any(Number) } });
  return answer.body.exam_attempt_id;
};
const act = (id: number, action: string, person = alice, more: object = {}) =>
  ask(person, 'PUT', `${root}/attempt/${id}`, { action, ...more });
const poll = async (id: number, person = alice) => (await ask(person, 'GET', `${root}/attempt/${id}`)).body;
const typesOf = async (id: number): Promise<string[]> =>
  (await ask(staff, 'GET', `/api/audit/v1/attempts/${id}/history`)).body.events.map(({ type }: any) => type);
/** Removes the learner's attempts at an exam again. */
const clear = async (exam: string, person = alice) =>
  ask(staff, 'DELETE', `${root}/exam_id/${service.exams[exam]}/user_id/${person.user_id}/reset_attempts`);

describe('a sentence that names the field refuses bad input', () => {
  it.each<[string, string, string, unknown]>([
    ['exam_id', 'POST', 'attempt', { exam_id: 'x' }],
    ['start_clock', 'POST', 'attempt', { exam_id: 1, start_clock: true }],
    ['attempt_proctored', 'POST', 'attempt', { exam_id: 1, attempt_proctored: null }],
    ['exam_ids', 'PUT', 'bulk_allowance', { exam_ids: [1], user_ids: 'alice', allowance_type: 'x', value: 'y' }],
    ['user_ids', 'PUT', 'bulk_allowance', { exam_ids: '1', user_ids: {}, allowance_type: 'x', value: 'y' }],
    ['value', 'PUT', 'allowance', { exam_id: 1, user_info: 'alice', key: 'additional_time_granted', value: 5 }],
    ['user_id', 'GET', 'active_exams_for_user?user_id=x', undefined],
  ])('%s: %s %s', async (field, method, path, body) => {
    const answer = await ask(staff, method, `${root}/${path}`, body);
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining(field) } });
  });

  it('such as a body that is not an object, or an unknown action', async () => {
    expect((await ask(staff, 'PUT', `${root}/allowance`, [])).status).toBe(400);
    const id = await create('quiz', bob);
    expect(await act(id, 'dance', bob)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('action') },
    });
    await clear('quiz', bob);
  });
});

describe('the course of the addressed object decides who is course staff', () => {
  const own = { course_id: otherCourse };

  it('even if the body names another course', async () => {
    const id = await create('midterm');
    const allowance = {
      exam_id: service.exams.midterm,
      user_info: 'alice',
      key: 'additional_time_granted',
      value: '5',
    };
    const requests: [string, string, object][] = [
      ['DELETE', `attempt/${id}`, own],
      ['GET', `attempt/grouped/course_id/${courseId}`, own],
      ['GET', `attempt/grouped/course_id/${courseId}/search/alice`, own],
      ['GET', `${courseId}/allowance`, own],
      ['GET', `${courseId}/grouped/allowance`, own],
      ['PUT', 'allowance', { ...own, ...allowance }],
      ['DELETE', 'allowance', { ...own, exam_id: service.exams.midterm, user_id: alice.user_id, key: 'x' }],
      ['DELETE', `exam_id/${service.exams.midterm}/user_id/${alice.user_id}/reset_attempts`, own],
    ];
    for (const [method, path, body] of requests) {
      expect([path, (await ask(otherTeacher, method, `${root}/${path}`, body)).status]).toEqual([path, 403]);
      const misled = await ask(teacher, method, `${root}/${path}`, { ...body, course_id: otherCourse });
      expect([path, misled.status]).toEqual([path, path.startsWith('exam_id') ? 404 : 200]);
      if (method === 'DELETE' && path.startsWith('attempt')) expect(await typesOf(id)).toContain('AttemptRemoved');
    }
    const onboarding = `/api/edx_proctoring/v1/user_onboarding/status/course_id/${courseId}`;
    expect((await ask(otherTeacher, 'GET', onboarding, own)).status).toBe(403);
  });

  it('and for bulk allowances the courses of all exams count', async () => {
    const bulk = {
      user_ids: 'alice',
      allowance_type: 'additional_time_granted',
      value: '5',
      exam_ids: `${service.exams.quiz}`,
    };
    for (const path of [`${otherCourse}/bulk_allowance`, 'bulk_allowance'])
      expect((await ask(otherTeacher, 'PUT', `${root}/${path}`, { ...own, ...bulk })).status).toBe(403);
    expect((await ask(teacher, 'PUT', `${root}/bulk_allowance`, bulk)).status).toBe(200);
  });
});

describe('course staff find only people of their course', () => {
  const grant = (user_info: unknown, more: object = {}, by: Person = teacher) =>
    ask(by, 'PUT', `${root}/allowance`, {
      ...{ exam_id: service.exams.quiz, user_info, key: 'additional_time_granted', value: '5' },
      ...more,
    });
  const unknown = (user: unknown) => ({ detail: `Cannot find user against ${user}` });

  it('for an allowance, by name, address or id', async () => {
    const { user_id, preferred_username: name } = otherTeacher;
    for (const user of [name, `${name}@example.org`, user_id, 'nobody'])
      expect(await grant(user)).toMatchObject({ status: 400, body: unknown(user) });
    const elsewhere = { course_id: courseId, exam_id: 999_999 };
    expect((await grant(name, elsewhere)).body).toEqual(unknown(name));
    for (const user of ['alice', teacher.user_id]) expect((await grant(user)).status).toBe(200);
    expect((await grant(name, {}, staff)).status).toBe(200);
  });

  it('for many allowances at once', async () => {
    const bulk = { exam_ids: `${service.exams.quiz}`, allowance_type: 'note', value: 'x' };
    const granted = (user_ids: string) => ask(teacher, 'PUT', `${root}/bulk_allowance`, { ...bulk, user_ids });
    expect((await granted('bob,other_teacher')).status).toBe(207);
    expect((await granted('other_teacher')).body).toEqual((await granted('nobody')).body);
    const listed = (await ask(teacher, 'GET', `${root}/${courseId}/allowance`)).body;
    expect(listed.filter(({ key }: any) => key === 'note').map(({ user }: any) => user.username)).toEqual(['bob']);
  });

  it("for a learner's onboarding", async () => {
    const of = (username: string, by: Person) =>
      ask(
        by,
        'GET',
        `/api/edx_proctoring/v1/user_onboarding/status?${new URLSearchParams({ course_id: courseId, username })}`,
      );
    expect(await of('other_teacher', teacher)).toMatchObject({
      status: 400,
      body: { detail: 'username: there is no user other_teacher.' },
    });
    expect((await of('alice', teacher)).status).toBe(200);
    expect((await of('other_teacher', staff)).status).toBe(200);
  });
});

it('a refused request by a stranger does not end the attempt', async () => {
  const id = await create('quiz', bob, { start_clock: 'true' });
  const before = await typesOf(id);
  await service.moveClock('31 minutes');
  try {
    for (const method of ['GET', 'PUT'])
      expect((await ask(alice, method, `${root}/attempt/${id}`, { action: 'submit' })).status).toBe(403);
    expect(await typesOf(id)).toEqual(before);
    expect(await poll(id, bob)).toMatchObject({ status: 'submitted' });
  } finally {
    await service.moveClock('0');
  }
  await clear('quiz', bob);
});

describe('a final status is final for the owner', () => {
  afterEach(async () => {
    for (const exam of ['midterm', 'onboarding']) await clear(exam);
  });

  /** Everything that would show a change, so without the remaining time. */
  const shown = async (id: number) => {
    const { time_remaining_seconds, accessibility_time_string, ...attempt } = await poll(id);
    return { history: await typesOf(id), attempt };
  };
  const review = (id: number, status: string) =>
    ask(reviewer, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, { status });

  it.each([
    ['passed', 'verified'],
    ['suspicious', 'second_review_required'],
    ['not_reviewed', 'error'],
  ])('when the review says "%s", no action changes the status', async (word, status) => {
    const id = await create('midterm');
    await act(id, 'start');
    await act(id, 'submit');
    expect((await review(id, word)).status).toBe(200);
    const before = await shown(id);
    expect(before.attempt).toMatchObject({ status });

    for (const action of ['start', 'stop', 'decline', 'error', 'click_download_software', 'reset_attempt'])
      expect([action, (await act(id, action)).status]).toEqual([action, action === status ? 200 : 400]);
    expect((await ask(alice, 'POST', `${root}/attempt/test-attempt-${id}/ready`)).status).toBe(200);
    for (const attempt_proctored of ['true', 'false'])
      expect(
        (await ask(alice, 'POST', `${root}/attempt`, { exam_id: service.exams.midterm, attempt_proctored })).status,
      ).toBe(400);
    expect(await act(id, 'submit')).toMatchObject({ status: 200, body: { exam_attempt_id: id } });
    expect(await shown(id)).toEqual(before);
  });

  it('a repeated submit gets the same answer and changes nothing', async () => {
    const id = await create('midterm');
    await act(id, 'start');
    const answer = await act(id, 'submit');
    const before = await shown(id);
    expect(await act(id, 'submit')).toMatchObject({ status: 200, body: answer.body });
    expect(await shown(id)).toEqual(before);
  });

  it('an onboarding attempt that was reset is not submitted afterwards', async () => {
    const id = await create('onboarding');
    await act(id, 'error');
    expect((await act(id, 'reset_attempt')).status).toBe(200);
    for (const action of ['submit', 'decline', 'error', 'stop'])
      expect([action, (await act(id, action)).status]).toEqual([action, 400]);
    expect(await poll(id)).toMatchObject({ status: 'onboarding_reset' });
  });
});

it('learners cannot allow their own resume; course staff can', async () => {
  const id = await create('midterm');
  await act(id, 'start');
  await act(id, 'error');
  expect((await act(id, 'mark_ready_to_resume')).status).toBe(403);
  expect(await poll(id)).toMatchObject({ is_resumable: true, ready_to_resume: false });
  expect((await act(id, 'mark_ready_to_resume', teacher, { user_id: alice.user_id })).status).toBe(200);
  expect(await poll(id)).toMatchObject({ ready_to_resume: true });
  await clear('midterm');
});

it('an attempt is made ready by its owner, a reviewer or staff, and by nobody else', async () => {
  const id = await create('midterm');
  const ready = (person: typeof alice) => ask(person, 'POST', `${root}/attempt/test-attempt-${id}/ready`);
  expect((await ready(bob)).status).toBe(403);
  expect(await poll(id)).toMatchObject({ status: 'created' });
  for (const person of [reviewer, teacher, staff, alice]) expect((await ready(person)).status).toBe(200);
  expect(await poll(id)).toMatchObject({ status: 'ready_to_start' });
  await clear('midterm');
});

it('only the learner and staff see running exams, and the query can name the learner', async () => {
  const id = await create('quiz', alice, { start_clock: 'true' });
  const list = (person: typeof alice, query: string, body?: object) =>
    ask(person, 'GET', `${root}/active_exams_for_user${query}`, body);
  const whose = `?user_id=${alice.user_id}`;
  expect(await list(alice, whose)).toMatchObject({ status: 200, body: [{ attempt: { id } }] });
  expect(await list(staff, '', { user_id: alice.user_id })).toMatchObject({ status: 200, body: [{ attempt: { id } }] });
  const ofCourse = `${whose}&course_id=${encodeURIComponent(courseId)}`;
  expect(await list(teacher, ofCourse)).toMatchObject({ status: 200, body: [{ attempt: { id } }] });
  expect((await list(bob, '', { user_id: alice.user_id })).status).toBe(403);
  expect((await list(otherTeacher, ofCourse)).status).toBe(403);
  await clear('quiz');
});

it('the dashboard of a course does not redirect to an exam of another course', async () => {
  const path = (course: string) => `/api/edx_proctoring/v1/instructor/${course}/${service.exams.midterm}`;
  expect((await ask(otherTeacher, 'GET', path(otherCourse))).status).toBe(404);
  expect((await ask(teacher, 'GET', path(courseId))).status).toBe(302);
});

describe('a provider that fails', () => {
  it.each([
    ['it is overloaded', { register_error: 503 }, 503],
    ['it refuses the login', { register_error: 401 }, 502],
    ['it sends no id', { without_attempt_id: true }, 502],
  ])('(%s) is named, and there is no attempt', async (_, options, status) => {
    const settings = { PROCTORING_BACKENDS: { DEFAULT: 'test', test: options } };
    const at = await openCourse({ midterm: {} }, { settings });
    try {
      const asked = { exam_id: at.exams.midterm, attempt_proctored: 'true' };
      const created = await at.request(alice, 'POST', `${root}/attempt`, asked);
      expect(created).toMatchObject({ status, body: { detail: expect.any(String), provider: 'test' } });
      expect(created.body.detail).not.toMatch(/[(){}]|b'/);
      const groups = await at.request(staff, 'GET', `${root}/attempt/grouped/course_id/${courseId}`);
      expect(groups.body.proctored_exam_attempts).toEqual([]);
    } finally {
      await at.close();
    }
  });
});

it('a review with malformed comments changes nothing', async () => {
  const id = await create('midterm');
  const before = await typesOf(id);
  for (const comments of [[{ comment: 'no status' }], 'none', [{ comment: 'x', status: 'y', start: {} }]]) {
    const path = `${root}/attempt/test-attempt-${id}/reviewed`;
    expect((await ask(reviewer, 'POST', path, { status: 'passed', comments })).status).toBe(400);
  }
  expect(await typesOf(id)).toEqual(before);
  await clear('midterm');
});

it('lists are sorted by id', async () => {
  for (const exam of ['onboarding', 'midterm', 'quiz'])
    for (const user_info of ['bob', 'alice'])
      await ask(staff, 'PUT', `${root}/allowance`, {
        exam_id: service.exams[exam],
        user_info,
        key: 'note',
        value: 'x',
      });
  for (const path of [`exam/course_id/${courseId}`, `${courseId}/allowance`]) {
    const ids = (await ask(staff, 'GET', `${root}/${path}`)).body.map(({ id }: { id: number }) => id);
    expect(ids.length).toBeGreaterThan(3);
    expect(ids).toEqual(ids.toSorted((a: number, b: number) => a - b));
  }
});

it('the error for users who are not staff is in English in any language of the browser', async () => {
  const german = { 'accept-language': 'de' };
  expect(await ask(alice, 'GET', `${root}/${courseId}/allowance`, undefined, german)).toMatchObject({
    status: 403,
    body: { detail: 'Must be a Staff User to Perform this request.' },
  });
});

it('an exam is found by its usage key', async () => {
  const path = `${root}/exam/course_id/${courseId}/content_id/${encodeURIComponent(contentId('midterm'))}`;
  expect(await ask(alice, 'GET', path)).toMatchObject({ status: 200, body: { id: service.exams.midterm } });
});

it('a refused command leaves nothing behind: a reset after the due date keeps the old attempt as it was', async () => {
  const id = await create('onboarding');
  await act(id, 'submit');
  const date = { course_id: courseId, content_id: contentId('onboarding'), field: 'due', date: '2020-01-01T00:00:00Z' };
  await ask(staff, 'PUT', '/api/lms/v1/roster', { dates: [date] });
  const before = await typesOf(id);
  expect((await act(id, 'reset_attempt')).status).toBe(400);
  expect(await typesOf(id)).toEqual(before);
  expect(await poll(id)).toMatchObject({ status: 'submitted' });
  await ask(staff, 'PUT', '/api/lms/v1/roster', { dates: [{ ...date, date: null }] });
});

it('a retired learner stays forgotten even if the roster or a token names the learner later', async () => {
  const minutes = { exam_id: service.exams.quiz, user_info: 'bob', key: 'additional_time_granted', value: '7' };
  await ask(staff, 'PUT', `${root}/allowance`, minutes);
  const id = await create('midterm', bob);
  await act(id, 'submit', bob);
  const secret = 'a neighbour came in';
  const comments = [{ comment: secret, status: 'Suspicious' }];
  await ask(reviewer, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, { status: 'passed', comments });

  expect((await ask(worker, 'POST', `/api/edx_proctoring/v1/retire_backend_user/${bob.user_id}/`)).body).toEqual({
    test: true,
  });
  expect((await ask(worker, 'POST', `/api/edx_proctoring/v1/retire_user/${bob.user_id}/`)).status).toBe(204);
  const { owner } = service.database;
  const of = async (sql: string) => (await owner.query(sql, [bob.user_id])).rows;
  expect(await of('select 1 from learner_keys where user_id = $1 and key is not null')).toEqual([]);
  expect(await of('select username, email, full_name from users where id = $1')).not.toContainEqual(
    expect.objectContaining({ username: 'bob' }),
  );
  const shown = (await ask(staff, 'GET', `${root}/${courseId}/allowance`)).body;
  expect(shown.filter(({ user }: any) => user.id === bob.user_id).map(({ value }: any) => value)).not.toContain('7');
  expect((await ask(staff, 'GET', `/api/audit/v1/attempts/${id}/history`)).body.problem).toBeNull();

  expect((await ask(bob, 'GET', `${root}/attempt/${id}`)).status).toBe(403);
  for (const user_info of ['bob', 'bob@example.org'])
    expect(await ask(staff, 'PUT', `${root}/allowance`, { ...minutes, user_info })).toMatchObject({
      status: 400,
      body: { detail: `Cannot find user against ${user_info}` },
    });
  await ask(staff, 'PUT', '/api/lms/v1/roster', {
    users: [{ id: bob.user_id, username: 'bob', email: 'bob@example.org' }],
  });
  expect((await ask(bob, 'GET', `${root}/attempt/${id}`)).status).toBe(403);
  expect(await of('select username, email, is_active from users where id = $1')).toEqual([
    { username: `retired user ${bob.user_id}`, email: '', is_active: false },
  ]);
});
