import { v7 as uuid } from 'uuid';
import { EventStore } from '#event-store';
import { until } from '../../libs/event-store/src/testing.js';
import { shared } from '../support/hooks.js';
import { contentId, courseId, openCourse, people, root, roster } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const api = (course = courseId) => `/api/instructor/v2/courses/${encodeURIComponent(course)}`;
const here = `${api()}/special_exams`;
const elsewhere = 'course-v1:OrgX+Other+2031';
const empty = 'course-v1:OrgX+Empty+2031';
const researcher = { user_id: 23, preferred_username: 'researcher' };
const dan = { user_id: 21, preferred_username: 'dan' };

const open = () =>
  openCourse(
    {
      midterm: { due_date: '2031-05-05T10:00:00Z' },
      Final: { time_limit_mins: 90 },
      trial: { is_practice_exam: true },
      quiz: { is_proctored: false, time_limit_mins: 21 },
      game: { is_proctored: false, is_practice_exam: true },
      old: { is_active: false },
    },
    {
      roster: {
        ...roster,
        users: [
          ...roster.users,
          { id: 20, username: 'alice2', email: 'second@example.org', full_name: 'Alice Two' },
          { id: 21, username: 'dan', email: 'dan@example.org', full_name: 'Dan' },
          { id: 23, username: 'researcher', email: 'researcher@example.org', full_name: 'R' },
          { id: 22, username: '3', email: 'three@example.org', full_name: 'Three' },
        ],
        courses: [
          ...roster.courses,
          { course_id: elsewhere, display_name: 'Other' },
          { course_id: empty, display_name: 'Empty' },
        ],
        enrollments: [
          ...roster.enrollments,
          { user: 'alice2', course_id: courseId, mode: 'verified' },
          { user: '3', course_id: courseId, mode: 'verified' },
          { user: 'dan', course_id: elsewhere, mode: 'verified' },
        ],
        course_staff: [
          ...roster.course_staff,
          { user: 'researcher', course_id: courseId, role: 'data_researcher' },
          { user: 'teacher', course_id: elsewhere },
          { user: 'teacher', course_id: empty },
        ],
      },
    },
  );
const service = shared(open);
const ask = (method: string, path: string, body?: unknown, as = teacher) => service.request(as, method, path, body);
const get = async (path: string) => (await ask('GET', path)).body;
const developer = (text: string) => ({ developer_message: text, detail: text });
const error = (text: string) => ({ error: text, detail: text });

/** Submits an attempt of each of these people at the exam. */
async function submitted(exam: string, ...takers: (typeof alice)[]) {
  const more = { start_clock: 'true', attempt_proctored: String(exam !== 'quiz') };
  const ids: number[] = [];
  for (const person of takers) {
    const id = await service.createAttempt(person, service.exams[exam]!, more);
    await service.request(person, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
    ids.push(id);
  }
  return ids;
}

describe('the special exams of a course', () => {
  const namesOf = async (query = '') => (await get(`${here}${query}`)).map((exam: any) => exam.exam_name);

  it('are listed with their types, inactive ones too', async () => {
    const exams = await get(here);
    expect(exams[0]).toEqual({
      id: service.exams.midterm,
      course_id: courseId,
      content_id: contentId('midterm'),
      exam_name: 'midterm',
      time_limit_mins: 30,
      due_date: '2031-05-05T10:00:00Z',
      exam_type: 'proctored',
      is_proctored: true,
      is_practice_exam: false,
      is_active: true,
      hide_after_due: false,
      backend: 'test',
    });
    expect(exams.map(({ exam_name, exam_type }: any) => [exam_name, exam_type])).toEqual([
      ['midterm', 'proctored'],
      ['Final', 'proctored'],
      ['trial', 'practice'],
      ['quiz', 'timed'],
      ['game', 'practice'],
      ['old', 'proctored'],
    ]);
    expect(Object.keys(exams[0])).toEqual([
      ...['id', 'course_id', 'content_id', 'exam_name', 'time_limit_mins', 'due_date', 'exam_type'],
      ...['is_proctored', 'is_practice_exam', 'is_active', 'hide_after_due', 'backend'],
    ]);
  });

  it('are found by type; an unproctored practice exam is timed, too', async () => {
    expect(await namesOf('?exam_type=proctored')).toEqual(['midterm', 'Final', 'old']);
    expect(await namesOf('?exam_type=%20Timed%20')).toEqual(['quiz', 'game']);
    expect(await namesOf('?exam_type=practice')).toEqual(['trial', 'game']);
    expect(await namesOf('?exam_type=onboarding')).toHaveLength(6);
  });

  it('are read one by one, in their course alone', async () => {
    expect(await get(`${here}/${service.exams.quiz}`)).toMatchObject({ exam_name: 'quiz', exam_type: 'timed' });
    const unknown = await ask('GET', `${here}/999999`);
    expect([unknown.status, unknown.body]).toEqual([404, error('Exam not found')]);
    const other = await ask('GET', `${api(elsewhere)}/special_exams/${service.exams.quiz}`);
    expect([other.status, other.body]).toEqual([404, error('Exam not found in this course')]);
    for (const path of [`${here}/abc`, `${here}/`, `${here}/attempts/`])
      expect((await ask('GET', path)).status).toBe(404);
  });

  it('are found under a course id with slashes or plus signs as they are', async () => {
    expect(await get(`/api/instructor/v2/courses/${courseId}/special_exams`)).toHaveLength(6);
    const slashed = await ask('GET', '/api/instructor/v2/courses/OrgX/Demo/2031/special_exams', undefined, staff);
    expect([slashed.status, slashed.body]).toEqual([404, developer('Course not found: OrgX/Demo/2031.')]);
  });
});

describe('the attempts of a course', () => {
  let ids: number[];
  beforeAll(async () => {
    ids = [...(await submitted('midterm', alice, bob)), ...(await submitted('quiz', alice))];
    ids.push(await service.createAttempt({ user_id: 20, preferred_username: 'alice2' }, service.exams.Final!));
  });
  const idsOf = async (query = '') => (await get(`${here}/attempts${query}`)).results.map(({ id }: any) => id);

  it('are listed, the newest first', async () => {
    const page = await get(`${here}/attempts`);
    const [, , second] = page.results;
    expect({ ...page, results: page.results.map(({ id }: any) => id) }).toEqual({
      next: null,
      previous: null,
      count: 4,
      num_pages: 1,
      current_page: 1,
      start: 0,
      results: ids.toReversed(),
    });
    expect(second).toEqual({
      id: ids[1],
      user: { id: 3, username: 'bob', email: 'bob@example.org' },
      exam_id: service.exams.midterm,
      exam_name: 'midterm',
      exam_type: 'proctored',
      status: 'submitted',
      start_time: expect.stringMatching(/Z$/),
      end_time: expect.stringMatching(/Z$/),
      allowed_time_limit_mins: 30,
      ready_to_resume: false,
    });
    expect(page.results[0]).toMatchObject({ status: 'created', start_time: null, allowed_time_limit_mins: null });
  });

  it('come in pages of the asked size, with links to the neighbours', async () => {
    const page = await get(`${here}/attempts?page_size=2&page=2&search=`);
    expect(page).toMatchObject({ next: null, count: 4, num_pages: 2, current_page: 2, start: 2 });
    expect(new URL(page.previous).search).toBe('?page_size=2&search=');
    const first = await get(`${here}/attempts?page_size=2`);
    expect(new URL(first.next).search).toBe('?page=2&page_size=2');
    expect(await get(first.next.replace(/^https?:..[^/]+/, ''))).toMatchObject({ current_page: 2 });
    expect((await get(`${here}/attempts?page_size=1&page=last`)).results).toMatchObject([{ id: ids[0] }]);
    for (const size of ['0', '-1', 'many'])
      expect(await get(`${here}/attempts?page_size=${size}`)).toMatchObject({ num_pages: 1 });
    for (const number of ['0', '-1', '3', 'abc', '1.5']) {
      const answer = await ask('GET', `${here}/attempts?page_size=2&page=${number}`);
      expect([number, answer.status, answer.body]).toEqual([number, 404, developer('Invalid page.')]);
    }
    expect(await get(`${api(elsewhere)}/special_exams/attempts`)).toMatchObject({
      count: 0,
      num_pages: 1,
      results: [],
    });
  });

  it('are found by a part of the user name or e-mail; an exact user name comes first', async () => {
    expect(await idsOf('?search=%20BOB%40ex')).toEqual([ids[1]]);
    expect(await idsOf('?search=alice')).toEqual([ids[2], ids[0], ids[3]]);
    expect(await idsOf('?search=second')).toEqual([ids[3]]);
    expect(await idsOf('?search=%25')).toEqual([]);
  });

  it.each([
    ['username', [2, 0, 3, 1]],
    ['-username', [1, 3, 2, 0]],
    ['--user.username', [1, 3, 2, 0]],
    ['user.email', [2, 0, 1, 3]],
    ['exam_name', [3, 1, 0, 2]],
    ['time_limit', [2, 1, 0, 3]],
    ['exam_type', [3, 1, 0, 2]],
    ['start_time', [0, 1, 2, 3]],
    ['-end_time', [3, 2, 1, 0]],
    ['status', [3, 2, 1, 0]],
    ['-allowed_time_limit_mins', [3, 1, 0, 2]],
    ['ready_to_resume', [3, 2, 1, 0]],
    ['nonsense', [3, 2, 1, 0]],
  ])('are sorted by %s; nothing comes last, and equal ones keep their order', async (ordering, order) => {
    expect(await idsOf(`?ordering=${ordering}`)).toEqual(order.map((index) => ids[index]));
  });

  it('are listed for one exam; an unknown exam has none', async () => {
    expect((await get(`${here}/${service.exams.midterm}/attempts`)).results.map(({ id }: any) => id)).toEqual([
      ids[1],
      ids[0],
    ]);
    expect(await get(`${here}/999999/attempts`)).toMatchObject({ count: 0, results: [] });
    expect(await get(`${api(elsewhere)}/special_exams/${service.exams.midterm}/attempts`)).toMatchObject({ count: 0 });
  });
});

describe('a reset', () => {
  const reset = (exam: string | number, username: string, as = teacher) =>
    ask('POST', `${here}/${service.exams[exam] ?? exam}/reset/${username}`, undefined, as);
  const refusal = async (answer: ReturnType<typeof reset>) => {
    const { status, body } = await answer;
    return [status, body];
  };

  it("removes all of the learner's attempts at the exam", async () => {
    const [first] = await submitted('trial', bob);
    const second = await service.request(bob, 'PUT', `${root}/attempt/${first}/reset_attempt`);
    expect(second.status).toBeLessThan(500);
    const answer = await reset('trial', 'bob');
    expect([answer.status, answer.body]).toEqual([200, { success: true, message: 'Exam attempt reset for user bob' }]);
    expect(await get(`${here}/${service.exams.trial}/attempts`)).toMatchObject({ count: 0 });
    expect(await refusal(reset('trial', 'bob'))).toEqual([404, error('No attempts found for this user on this exam')]);
  });

  it('says which of the user, the exam and the attempts was not found', async () => {
    expect(await refusal(reset(999999, 'nobody'))).toEqual([404, error('User not found')]);
    expect(await refusal(reset(999999, 'bob'))).toEqual([404, error('Exam not found')]);
    const other = ask('POST', `${api(elsewhere)}/special_exams/${service.exams.quiz}/reset/dan`);
    expect(await refusal(other)).toEqual([404, error('Exam not found in this course')]);
    expect(await refusal(reset('old', 'bob@example.org'))).toEqual([404, error('User not found')]);
    // Course staff do not learn that the service knows somebody of another course.
    expect(await refusal(reset('quiz', 'dan'))).toEqual([404, error('User not found')]);
    expect(await refusal(reset('quiz', 'dan', staff))).toEqual([
      404,
      error('No attempts found for this user on this exam'),
    ]);
  });
});

describe('allowances', () => {
  const minutes = 'additional_time_granted';
  const exception = 'review_policy_exception';
  const grant = async (exams: (string | number)[], users: unknown, type: unknown, value: unknown, as = teacher) => {
    const exam_ids = exams.map((exam) => service.exams[exam] ?? exam);
    const { status, body } = await ask(
      'POST',
      `${here}/allowances`,
      { exam_ids, user_ids: users, allowance_type: type, value },
      as,
    );
    return { status, body };
  };
  const resultsOf = async (...asked: Parameters<typeof grant>) => (await grant(...asked)).body.results;
  const list = async (query = '') => (await get(`${here}/allowances${query}`)).results;
  const listed = async (query = '') =>
    (await list(query)).map(({ user, key, value, proctored_exam }: any) => [
      user.username,
      proctored_exam.exam_name,
      key,
      value,
    ]);

  it('are granted to each learner at each exam', async () => {
    const { status, body } = await grant(['midterm', 'quiz'], [' alice ', 'bob@example.org', 'dan'], minutes, 30);
    const unknown = { success: false, error: 'User matching query does not exist.' };
    const at = (exam: string) => [
      { identifier: 'alice', exam_id: service.exams[exam], success: true },
      { identifier: 'bob@example.org', exam_id: service.exams[exam], success: true },
      { identifier: 'dan', exam_id: service.exams[exam], ...unknown },
    ];
    expect(status).toBe(200);
    expect(body).toEqual({ allowance_type: minutes, value: '30', results: [...at('midterm'), ...at('quiz')] });
    expect(await listed()).toEqual([
      ['alice', 'midterm', minutes, '30'],
      ['bob', 'midterm', minutes, '30'],
      ['alice', 'quiz', minutes, '30'],
      ['bob', 'quiz', minutes, '30'],
    ]);
    const [first] = await list();
    expect(Object.keys(first)).toEqual(['id', 'created', 'modified', 'user', 'key', 'value', 'proctored_exam']);
    expect(first.proctored_exam).toMatchObject({ id: service.exams.midterm, exam_type: 'proctored' });
  });

  it('an allowance with another key replaces the one before, and the log keeps both', async () => {
    expect(await resultsOf(['quiz'], ['alice'], exception, 'A calculator')).toMatchObject([{ success: true }]);
    expect(await listed('?search=ALICE%40')).toEqual([
      ['alice', 'midterm', minutes, '30'],
      ['alice', 'quiz', exception, 'A calculator'],
    ]);
    const events = await service.query(
      `select type, data->>'key' as key, (data->>'replacedBy')::int as by, (data->>'allowanceId')::int as id
         from events where type like 'Allowance%' and data->>'userId' is distinct from '3' order by position`,
    );
    const [withdrawn, granted] = events.slice(-2);
    expect(withdrawn).toMatchObject({ type: 'AllowanceWithdrawn', key: minutes, by: granted.id });
    expect(granted).toMatchObject({ type: 'AllowanceGranted', key: exception });
  });

  it('an exam of another course, or none, is refused alone', async () => {
    const { exams: others } = await openOther();
    expect(await resultsOf([others, 999999, 'midterm'], ['alice'], minutes, '31')).toEqual([
      { identifier: 'alice', exam_id: others, success: false, error: 'Exam not found in this course' },
      { identifier: 'alice', exam_id: 999999, success: false, error: 'Exam not found' },
      { identifier: 'alice', exam_id: service.exams.midterm, success: true },
    ]);
  });

  it('a refused value is a result with a text, and never a failed request', async () => {
    const problemOf = async (type: string, value: unknown, exam = 'midterm') => {
      const [result] = await resultsOf([exam], ['bob'], type, value);
      return result.error;
    };
    expect(await problemOf(minutes, 'ten')).toBe('allowance_value "ten" should be non-negative integer value.');
    expect(await problemOf(minutes, '99999999999')).toContain('at most');
    expect(await problemOf(minutes, '5', 'old')).toBe('The exam is not active.');
    for (const value of ['0.5', 'twice', '-2'])
      expect(await problemOf('time_multiplier', value)).toContain('from 1 to');
  });

  it('a multiplier becomes additional minutes of each exam', async () => {
    expect(await resultsOf(['Final', 'quiz'], ['bob'], 'time_multiplier', '1.5')).toMatchObject([
      { success: true },
      { success: true },
    ]);
    expect(await listed('?search=bob&ordering=exam_name')).toEqual([
      ['bob', 'Final', minutes, '45'],
      ['bob', 'midterm', minutes, '30'],
      ['bob', 'quiz', minutes, '10'],
    ]);
  });

  it('are sorted; values are sorted as texts', async () => {
    const valuesBy = async (ordering: string) =>
      (await listed(`?ordering=${ordering}`)).map(([, , , value]: any) => value);
    expect(await valuesBy('value')).toEqual(['10', '30', '31', '45', 'A calculator']);
    expect(await valuesBy('-value')).toEqual(['A calculator', '45', '31', '30', '10']);
    expect((await listed('?ordering=-allowance_type'))[0]).toEqual(['alice', 'quiz', exception, 'A calculator']);
    expect((await listed('?ordering=user.email&page_size=2')).map(([name]: any) => name)).toEqual(['alice', 'alice']);
    expect((await listed('?ordering=-value&page_size=2&page=2')).map(([, , , value]: any) => value)).toEqual([
      '31',
      '30',
    ]);
  });

  it('a body that does not fit is refused field by field', async () => {
    const refused = async (body: unknown) => {
      const answer = await ask('POST', `${here}/allowances`, body);
      return [answer.status, answer.body];
    };
    const required = ['This field is required.'];
    expect(await refused({})).toEqual([
      400,
      { exam_ids: required, user_ids: required, allowance_type: required, value: required },
    ]);
    expect(await refused({ exam_ids: ['x', 1, '2'], user_ids: 'alice', allowance_type: true, value: ' ' })).toEqual([
      400,
      {
        exam_ids: { 0: ['A valid integer is required.'] },
        user_ids: ['Expected a list of items but got type "str".'],
        allowance_type: ['Not a valid string.'],
        value: ['This field may not be blank.'],
      },
    ]);
    expect(await refused({ exam_ids: [], user_ids: [null], allowance_type: null, value: 'x' })).toEqual([
      400,
      { user_ids: { 0: ['This field may not be null.'] }, allowance_type: ['This field may not be null.'] },
    ]);
    expect(await refused([])).toEqual([
      400,
      { non_field_errors: ['Invalid data. Expected a dictionary, but got list.'] },
    ]);
    expect((await grant([], [], minutes, '5')).body).toEqual({ allowance_type: minutes, value: '5', results: [] });
    const broken = await ask('POST', `${here}/allowances`, '{');
    expect(broken.status).toBe(400);
    expect(broken.body.developer_message).toMatch(/^JSON parse error - /);
  });

  it('of one exam are granted and withdrawn', async () => {
    const at = `${here}/${service.exams.trial}/allowance`;
    const body = { user_ids: ['alice', '3', 'nobody'], allowance_type: minutes, value: '7' };
    const failed = { success: false, error: 'User matching query does not exist.' };
    expect(await ask('POST', at, body)).toMatchObject({
      status: 200,
      body: {
        allowance_type: minutes,
        results: [
          { identifier: 'alice', success: true },
          { identifier: '3', success: true },
          { identifier: 'nobody', ...failed },
        ],
      },
    });
    expect((await ask('POST', `${here}/999999/allowance`, {})).status).toBe(400);
    expect((await ask('POST', `${here}/999999/allowance`, body)).body).toEqual(error('Exam not found'));

    const withdraw = async (user_ids: unknown, allowance_type: unknown = minutes, path = at) => {
      const answer = await ask('DELETE', path, { user_ids, allowance_type });
      return [answer.status, answer.body];
    };
    const atTrial = async () => (await list()).filter((each: any) => each.proctored_exam.exam_name === 'trial').length;
    const required = [400, error('user_ids and allowance_type are required')];
    for (const users of [undefined, [], '', null]) expect(await withdraw(users)).toEqual(required);
    expect(await withdraw(['alice'], '')).toEqual(required);
    expect(await withdraw(['alice'], minutes, `${here}/999999/allowance`)).toEqual([404, error('Exam not found')]);
    const results = (...results: object[]) => [200, { allowance_type: minutes, results }];
    // A number is an id first: bob, who has no allowance here. A text is a user name first.
    expect(await withdraw([3])).toEqual(results({ identifier: 3, success: true }));
    expect(await atTrial()).toBe(2);
    expect(await withdraw('3')).toEqual(results({ identifier: '3', success: true }));
    expect(await atTrial()).toBe(1);
    expect(await withdraw([2, 'nobody', null, dan.user_id])).toEqual(
      results(
        { identifier: 2, success: true },
        { identifier: 'nobody', success: false, error: 'User not found' },
        { identifier: null, success: false, error: 'User not found' },
        { identifier: 21, success: false, error: 'User not found' },
      ),
    );
    expect(await atTrial()).toBe(0);
    const unreadable = { toString: 1 };
    expect(await withdraw([unreadable])).toEqual(
      results({ identifier: unreadable, success: false, error: 'User not found' }),
    );
  });

  /** The id of an exam in the other course. */
  async function openOther() {
    const exam = {
      course_id: elsewhere,
      content_id: contentId('foreign'),
      exam_name: 'foreign',
      time_limit_mins: 30,
      is_proctored: true,
      is_practice_exam: false,
      is_active: true,
      hide_after_due: false,
    };
    const url = `${root}/exam_registration/course_id/${elsewhere}`;
    const { body } = await service.request(staff, 'PATCH', url, [exam]);
    return { exams: body[0].exam_id as number };
  }
});

describe('an exam with a provider of LTI proctoring', () => {
  let first: number;
  let generationId: number;
  let later: number;
  beforeAll(async () => {
    const examId = service.exams.Final!;
    [first] = (await submitted('Final', bob)) as [number];
    const [exam] = await service.query("select nextval('exam_ids')::int as next, clock_timestamp() as at");
    generationId = exam.next;
    const at = exam.at.toISOString();
    const definition = { examName: 'Final', timeLimitMins: 90, isProctored: true, isPracticeExam: true };
    const more = { isActive: true, hideAfterDue: false, dueDate: null, externalId: null, backend: 'test' };
    const begun = { examId, generationId, at, ...definition, ...more, examType: 'onboarding' };
    await append(`exam-${examId}`, { type: 'ExamGenerationBegun', data: begun });
    const configured = { courseId, provider: 'lti_one', escalationEmail: 'tool@example.org', by: 1, at };
    await append(`course-exams-${courseId}`, { type: 'CourseExamsConfigured', data: configured });
    later = await service.createAttempt(bob, examId);
  });
  afterAll(async () => {
    const at = new Date(0).toISOString();
    const configured = { courseId, provider: null, escalationEmail: null, by: 1, at };
    await append(`course-exams-${courseId}`, { type: 'CourseExamsConfigured', data: configured });
  });

  async function append(stream: string, event: { type: string; data: object }) {
    const metadata = {
      commandId: uuid(),
      actor: { kind: 'user', userId: 1 },
      courseId,
      contentId: contentId('Final'),
    } as const;
    await service.app.get(EventStore).transact({ streams: [stream], metadata }, () => ({
      appends: [{ stream, events: [event as never] }],
      answer: null,
    }));
  }

  it('has the id of its current generation, and each attempt that of its own', async () => {
    const exams = await get(`${here}?exam_type=practice`);
    expect(exams.find(({ exam_name }: any) => exam_name === 'Final')).toMatchObject({ id: generationId });
    const { results } = await get(`${here}/attempts?search=bob&ordering=-start_time`);
    expect(results.filter(({ exam_name }: any) => exam_name === 'Final')).toMatchObject([
      { id: later, exam_id: generationId, exam_type: 'practice' },
      { id: first, exam_id: service.exams.Final, exam_type: 'proctored' },
    ]);
    expect((await get(`${here}/${generationId}/attempts`)).results).toMatchObject([{ id: later }]);
    expect((await get(`${here}/${service.exams.Final}/attempts`)).results.map(({ id }: any) => id)).toContain(first);
  });

  it('has the extra minutes of the learner at any of its generations', async () => {
    const body = { user_ids: ['bob'], allowance_type: 'additional_time_granted', value: '8' };
    const answer = await ask('POST', `${here}/${generationId}/allowance`, body);
    expect(answer.body.results).toMatchObject([{ success: true }]);
    const { results } = await get(`${here}/allowances?search=bob`);
    const [found] = results.filter(({ proctored_exam }: any) => proctored_exam.exam_name === 'Final');
    expect(found).toMatchObject({ value: '8', proctored_exam: { id: generationId } });
  });

  it('a reset removes the attempts at the named generation alone', async () => {
    expect((await ask('POST', `${here}/${generationId}/reset/bob`)).status).toBe(200);
    expect((await get(`${here}/${generationId}/attempts`)).count).toBe(0);
    expect((await get(`${here}/${service.exams.Final}/attempts`)).results.map(({ id }: any) => id)).toContain(first);
  });

  it('the course has the address of its configuration, which the dashboard changes', async () => {
    const settings = `${api()}/proctoring_settings`;
    const expected = { proctoring_provider: 'lti_external', supports_onboarding: false };
    expect(await get(settings)).toMatchObject({ ...expected, proctoring_escalation_email: 'tool@example.org' });
    await ask('PATCH', settings, { proctoring_escalation_email: 'new@example.org' });
    expect(await get(settings)).toMatchObject({ ...expected, proctoring_escalation_email: 'new@example.org' });
    const [last] = await service.query(
      "select data from events where type = 'CourseExamsConfigured' order by position desc limit 1",
    );
    expect(last.data).toMatchObject({ provider: 'lti_one', escalationEmail: 'new@example.org', by: teacher.user_id });
  });
});

it('each access is recorded with the people that it is about', async () => {
  await ask('POST', `${here}/${service.exams.midterm}/allowance`, {
    user_ids: ['alice'],
    allowance_type: 'additional_time_granted',
    value: '9',
  });
  const about = [`course:${courseId}`, `exam:${service.exams.midterm}`, 'user:2'];
  const text = `select from access_log where outcome = 'done' and objects @> $1
    and action = 'POST /api/instructor/v2/courses/:courseId/special_exams/:examId/allowance'`;
  await until('the access is recorded', async () => (await service.query(text, [about])).length === 1);
});

it('learners and staff of other courses may not use it, and nobody learns about unknown courses first', async () => {
  const denied = developer('You do not have permission to perform this action.');
  const unknown = 'course-v1:OrgX+None+2031';
  for (const path of ['', '/allowances', '/attempts', `/${service.exams.quiz}`])
    expect(await ask('GET', `${here}${path}`, undefined, bob)).toMatchObject({ status: 403, body: denied });
  expect(await ask('GET', `${api(unknown)}/special_exams`, undefined, bob)).toMatchObject({
    status: 404,
    body: developer(`Course not found: ${unknown}.`),
  });
});

describe('the settings of a course', () => {
  const settings = (course = courseId) => `${api(course)}/proctoring_settings`;
  const patch = async (body: unknown, course = courseId) => {
    const answer = await ask('PATCH', settings(course), body);
    return [answer.status, answer.body];
  };

  it('show what the roster says, and what the provider can do', async () => {
    expect(await get(settings())).toEqual({
      proctoring_provider: 'test',
      proctoring_escalation_email: 'help@example.org',
      create_zendesk_tickets: false,
      enable_proctored_exams: false,
      supports_onboarding: true,
      review_dashboard_available: true,
    });
    expect(await get(settings(empty))).toMatchObject({
      proctoring_provider: null,
      proctoring_escalation_email: null,
      supports_onboarding: false,
      review_dashboard_available: false,
    });
  });

  it('are changed one by one, and the last address counts for learners, too', async () => {
    const address = async () => (await get(settings())).proctoring_escalation_email;
    expect(await patch({ create_zendesk_tickets: 'true' })).toEqual([
      400,
      { create_zendesk_tickets: ['Must be a valid boolean.'] },
    ]);
    expect(await patch({ proctoring_escalation_email: null })).toEqual([
      400,
      { proctoring_escalation_email: ['This field may not be null.'] },
    ]);
    const [status, changed] = await patch({ create_zendesk_tickets: true, proctoring_provider: 'other' });
    expect([status, changed]).toMatchObject([200, { create_zendesk_tickets: true, proctoring_provider: 'test' }]);
    expect(await address()).toBe('help@example.org');
    await patch({ proctoring_escalation_email: ' desk ', enable_proctored_exams: true });
    expect(await get(settings())).toMatchObject({
      proctoring_escalation_email: 'desk',
      create_zendesk_tickets: true,
      enable_proctored_exams: true,
    });
    const ofExam = await service.request(alice, 'GET', `${root}/settings/exam_id/${service.exams.midterm}/`);
    expect(ofExam.body.proctoring_escalation_email).toBe('desk');
    const courses = [{ course_id: courseId, display_name: 'Demo', escalation_email: 'new@example.org' }];
    await service.request(staff, 'PUT', '/api/lms/v1/roster', { courses });
    expect(await address()).toBe('new@example.org');
    expect((await patch({}))[1]).toMatchObject({ proctoring_escalation_email: 'new@example.org' });
    await patch({ proctoring_escalation_email: '' });
    expect(await address()).toBe('');
  });

  it('are read by data researchers, who have no other right', async () => {
    const status = async (method: string, path: string) => (await ask(method, path, undefined, researcher)).status;
    expect(await status('GET', settings())).toBe(200);
    expect(await status('PATCH', settings())).toBe(403);
    expect(await status('GET', settings(elsewhere))).toBe(403);
    const [{ id: attempt }] = (await get(`${here}/attempts?search=alice`)).results;
    const others = [here, `${here}/attempts`, `/api/exams/v1/courses/${encodeURIComponent(courseId)}/exams`];
    for (const path of [...others, `/api/audit/v1/attempts/${attempt}/history`, `/api/exams/v1/attempts/${attempt}`])
      expect([path, await status('GET', path)]).toEqual([path, 403]);
    const me = await ask('GET', '/api/exams/v1/me', undefined, researcher);
    expect(me.body.is_course_staff).toBe(false);
    const visible = await ask('GET', '/api/exams/v1/courses', undefined, researcher);
    expect(JSON.stringify(visible.body)).not.toContain(courseId);
  });

  it('are recorded with the person who changed them, and nothing is recorded if nothing was sent', async () => {
    const changes = () =>
      service.query("select data from events where type = 'CourseSettingsChanged' order by position");
    const before = await changes();
    await patch({});
    await patch({ enable_proctored_exams: true });
    expect(await changes()).toEqual(before);
    expect(before[0].data).toMatchObject({ courseId, by: teacher.user_id, createZendeskTickets: true });
  });
});
