import { shared } from '../support/hooks.js';
import { courseId, openCourse, people, roster } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const here = `/api/exams/v1/courses/${encodeURIComponent(courseId)}`;
const elsewhere = 'course-v1:OrgX+Other+2031';
const dan = { user_id: 21, preferred_username: 'dan' };

const service = shared(() =>
  openCourse(
    { midterm: {}, quiz: { is_proctored: false, time_limit_mins: 21 }, old: { is_active: false } },
    {
      roster: {
        ...roster,
        users: [
          ...roster.users,
          { id: 20, username: 'carla', email: 'carla@example.org', full_name: 'Çarla Größe' },
          { id: 21, username: 'dan', email: 'dan@example.org', full_name: 'Dan' },
        ],
        courses: [...roster.courses, { course_id: elsewhere, display_name: 'Other' }],
        enrollments: [
          ...roster.enrollments,
          { user: 'carla', course_id: courseId, mode: 'audit' },
          { user: 'dan', course_id: elsewhere, mode: 'verified' },
        ],
      },
    },
  ),
);
const { request: ask } = service;

const time = (value: string, learners: string[], exams: string[]) => ({
  exam_ids: exams.map((name) => service.exams[name]),
  learners,
  allowance_type: 'additional_time_granted',
  value,
});
const preview = (body: object, as = teacher) => ask(as, 'POST', `${here}/allowances/preview`, body);
const grant = (body: object, as = teacher) => ask(as, 'POST', `${here}/allowances`, body);
const list = async (query = '') => (await ask(teacher, 'GET', `${here}/allowances${query}`)).body;

it('course staff find enrolled learners by a part of the user name, e-mail or full name, in any case', async () => {
  const found = async (search: string) => {
    const { body } = await ask(teacher, 'GET', `${here}/learners?search=${encodeURIComponent(search)}`);
    return body.results.map(({ learner }: any) => learner.username);
  };
  expect(await found('')).toEqual(['alice', 'bob', 'carla']);
  expect(await found('ALI')).toEqual(['alice']);
  expect(await found('çarla GRÖ')).toEqual(['carla']);
  expect(await found('bob@EXAMPLE')).toEqual(['bob']);
  expect(await found('dan')).toEqual([]);
  expect(await found('100%')).toEqual([]);
  expect((await ask(teacher, 'GET', `${here}/learners?page=9`)).body).toMatchObject({
    count: 3,
    page: 1,
    pages: 1,
    results: [
      { learner: { id: 2, username: 'alice', email: 'alice@example.org' }, enrollment_mode: 'verified' },
      {},
      { enrollment_mode: 'audit' },
    ],
  });
});

it('a preview shows the minutes before and after, and says who is unknown; it writes nothing', async () => {
  const multiplier = {
    ...time('1.5', ['alice', 'nobody', 'dan'], ['midterm', 'quiz']),
    allowance_type: 'time_multiplier',
  };
  const { status, body } = await preview(multiplier);
  expect(status).toBe(200);
  expect(body.exams).toMatchObject([
    { exam_name: 'midterm', time_limit_mins: 30 },
    { exam_name: 'quiz', time_limit_mins: 21 },
  ]);
  expect(body.learners).toMatchObject([
    { asked: 'alice', learner: { username: 'alice' }, is_enrolled: true },
    { asked: 'nobody', learner: null, is_enrolled: false },
    { asked: 'dan', learner: null, is_enrolled: false },
  ]);
  const added = {
    user_id: alice.user_id,
    key: 'additional_time_granted',
    replaces: null,
    effect: 'counts',
    attempt: null,
  };
  expect(body.allowances).toEqual([
    { ...added, exam_id: service.exams.midterm, value: '15', minutes_before: 30, minutes_after: 45 },
    { ...added, exam_id: service.exams.quiz, value: '10', minutes_before: 21, minutes_after: 31 },
  ]);
  expect(await list()).toMatchObject({ count: 0, results: [] });
  const byStaff = await preview(multiplier, staff);
  expect(byStaff.body.learners[2]).toMatchObject({ learner: { username: 'dan' }, is_enrolled: false });
});

it('a bulk grant says for each learner and exam whether it was granted, and the list groups by learner', async () => {
  const { body } = await grant(time('007', ['carla', 'nobody', 'bob@example.org'], ['midterm', 'old']));
  const at = (exam: string, learner_index: number, user_id: number | null, problem: string | null) => ({
    exam_id: service.exams[exam],
    learner_index,
    user_id,
    problem,
  });
  expect(body).toEqual({
    granted: 2,
    failed: 4,
    results: [
      at('midterm', 0, 20, null),
      at('midterm', 1, null, 'user_not_found'),
      at('midterm', 2, bob.user_id, null),
      at('old', 0, 20, 'exam_not_active'),
      at('old', 1, null, 'user_not_found'),
      at('old', 2, bob.user_id, 'exam_not_active'),
    ],
  });
  await grant({
    ...time('may use a screen reader', ['carla'], ['midterm']),
    allowance_type: 'review_policy_exception',
  });
  await grant(time('5', ['carla'], ['quiz']));
  const all = await list();
  expect(all.results.map(({ learner }: any) => learner.username)).toEqual(['bob', 'carla']);
  expect(all.results[1].allowances).toMatchObject([
    { exam_name: 'midterm', time_limit_mins: 30, key: 'additional_time_granted', value: '7' },
    { key: 'review_policy_exception', value: 'may use a screen reader' },
    { exam_name: 'quiz', value: '5' },
  ]);
  expect((await list('?search=größe')).count).toBe(1);
  const quiz = await list(`?exam_id=${service.exams.quiz}`);
  expect(quiz.results).toMatchObject([{ learner: { id: 20 }, allowances: [{ exam_name: 'quiz' }] }]);
});

it('an answer that is stored has no names, and a preview is never stored', async () => {
  const key = { 'idempotency-key': '"once"' };
  const body = time('9', ['carla@example.org'], ['quiz']);
  const first = await ask(teacher, 'POST', `${here}/allowances`, body, key);
  expect(await ask(teacher, 'POST', `${here}/allowances`, body, key)).toMatchObject({ body: first.body });
  const stored = await service.query('select answer from idempotency_keys where answer is not null');
  expect(JSON.stringify(stored)).not.toContain('carla');
  expect(
    (await ask(teacher, 'POST', `${here}/allowances/preview`, body, { 'idempotency-key': '"other"' })).status,
  ).toBe(400);
});

it('the list is a file for spreadsheets, too, with a line for each allowance', async () => {
  const accept = { accept: 'text/csv' };
  const { body, headers } = await ask(teacher, 'GET', `${here}/allowances?search=bob`, undefined, accept);
  expect(headers['content-disposition']).toContain('allowances');
  const [names, line] = body.split('\r\n');
  expect(names).toContain('"username","email","full_name"');
  expect(line).toMatch(/^"bob","bob@example.org","bob",\d+,"midterm",30,"additional_time_granted","7",/);
});

it('a preview shows the value that is replaced, and that a running attempt keeps its minutes', async () => {
  const exam = service.exams.midterm;
  await service.createAttempt(bob, exam, { start_clock: 'true' });
  const { body } = await preview(time('20', ['bob', 'carla'], ['midterm']));
  expect(body.allowances).toMatchObject([
    { replaces: '7', minutes_before: 37, minutes_after: 37, effect: 'attempt_keeps', attempt: { status: 'started' } },
    { replaces: '7', minutes_before: 37, minutes_after: 50, effect: 'counts', attempt: null },
  ]);
});

it.each<[string, object, string]>([
  ['an exam of another course', { exam_ids: [999_999] }, 'exam_ids: There is no exam 999999 in this course.'],
  ['no learner', { learners: [] }, 'learners: This list may not be empty.'],
  ['a learner without a name', { learners: ['alice', ' '] }, 'learners: Item 2: This field may not be blank.'],
  ['half a minute', { value: '1.5' }, 'value: Enter whole minutes from 0 to 5256000.'],
  [
    'a multiplier below 1',
    { allowance_type: 'time_multiplier', value: '0.5' },
    'value: Enter a number from 1 to 1000.',
  ],
  [
    'another kind',
    { allowance_type: 'sleep' },
    'allowance_type: Must be one of additional_time_granted, time_multiplier, review_policy_exception.',
  ],
])('a bulk grant with %s is refused before anything is written', async (_, wrong, detail) => {
  const body = { ...time('5', ['alice'], ['midterm']), ...wrong };
  expect(await preview(body)).toMatchObject({ status: 400, body: { detail } });
  expect(await grant(body)).toMatchObject({ status: 400, body: { detail } });
  expect((await list('?search=alice')).count).toBe(0);
});

it('only staff of the course may search learners and see or grant allowances', async () => {
  const body = time('5', ['alice'], ['midterm']);
  for (const answer of [
    await ask(alice, 'GET', `${here}/learners`),
    await ask(alice, 'GET', `${here}/allowances`),
    await preview(body, alice),
    await grant(body, dan),
    await ask(teacher, 'GET', `/api/exams/v1/courses/${encodeURIComponent(elsewhere)}/learners`),
  ])
    expect(answer.status).toBe(403);
});
