import { openCourse, type Person, people, root, roster } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const dean: Person = { user_id: 9, preferred_username: 'dean' };
const otherTeacher: Person = { user_id: 10, preferred_username: 'other_teacher' };
const courseId = 'course-v1:OrgX+Demo+2031';
const otherCourse = 'course-v1:OrgX+Other+2031';

let service: Awaited<ReturnType<typeof openCourse>>;
const ask = (...request: Parameters<typeof service.request>) => service.request(...request);

beforeAll(async () => {
  const user = ({ user_id, preferred_username: username }: Person) => ({
    id: user_id,
    username,
    email: `${username}@example.org`,
  });
  const wider = {
    ...roster,
    users: [...roster.users, user(dean), user(otherTeacher)],
    courses: [...roster.courses, { course_id: otherCourse, display_name: 'Other' }],
    course_staff: [
      ...roster.course_staff,
      { user: 'dean', course_id: courseId },
      { user: 'other_teacher', course_id: otherCourse },
    ],
  };
  service = await openCourse({ algebra: {}, biology: {}, chemistry: { is_proctored: false } }, { roster: wider });
});
afterAll(() => service.close());

const startedAttempt = (person: Person, exam: string, attempt_proctored = 'true') =>
  service.createAttempt(person, service.exams[exam]!, { start_clock: 'true', attempt_proctored });
const act = (person: Person, id: number, action: string, more = {}) =>
  ask(person, 'PUT', `${root}/attempt/${id}`, { action, ...more });
const sit = async (person: Person, exam: string) => {
  const id = await startedAttempt(person, exam);
  expect((await act(person, id, 'submit')).status).toBe(200);
  return id;
};
const reject = (id: number, person: Person = teacher) =>
  ask(person, 'POST', `/api/exams/v1/attempts/${id}/reject`, { reason: 'Notes on the desk' });
const verify = (id: number, person: Person | null = teacher) =>
  ask(person ?? undefined, 'POST', `/api/exams/v1/attempts/${id}/verify`, { reason: 'The notes are allowed' });
const appeal = (id: number, person: Person = alice) =>
  ask(person, 'POST', `/api/exams/v1/me/attempts/${id}/appeal`, { reason: 'They are allowed' });
const details = (id: number, person: Person | null = teacher, headers = {}) =>
  ask(person ?? undefined, 'GET', `/api/exams/v1/attempts/${id}`, undefined, headers);
const list = (query = '', person: Person | null = teacher, course = courseId) =>
  ask(person ?? undefined, 'GET', `/api/exams/v1/courses/${course}/attempts${query}`);
const queue = (query = '', person: Person | null = teacher, course = courseId) =>
  ask(person ?? undefined, 'GET', `/api/exams/v1/courses/${course}/appeals${query}`);
const everyAction = (body: any) => Object.fromEntries(body.actions.map((each: any) => [each.action, each]));
const removeAll = async () => {
  for (const person of [alice, bob])
    for (const exam of Object.values(service.exams))
      await ask(staff, 'DELETE', `${root}/exam_id/${exam}/user_id/${person.user_id}/reset_attempts`);
};
afterEach(removeAll);

describe("the list of a course's attempts", () => {
  const found = async (query: string) => {
    const { status, body } = await list(query);
    expect(status).toBe(200);
    expect(body.count).toBe(body.results.length);
    return body.results.map(({ user, proctored_exam }: any) => `${user.username} ${proctored_exam.exam_name}`);
  };

  it('is found by name, status, exam, provider and time, and sorted', async () => {
    await sit(bob, 'algebra');
    await sit(alice, 'biology');
    await startedAttempt(bob, 'chemistry', 'false');
    expect(await found('')).toEqual(['bob chemistry', 'alice biology', 'bob algebra']);
    expect(await found('?sort=created')).toEqual(['bob algebra', 'alice biology', 'bob chemistry']);
    expect(await found('?sort=learner')).toEqual(['alice biology', 'bob algebra', 'bob chemistry']);
    expect(await found('?sort=-exam')).toEqual(['bob chemistry', 'alice biology', 'bob algebra']);
    expect(await found('?search=BOB')).toEqual(['bob chemistry', 'bob algebra']);
    expect(await found('?status=started')).toEqual(['bob chemistry']);
    expect(await found('?status=submitted,verified&sort=learner')).toEqual(['alice biology', 'bob algebra']);
    expect(await found(`?exam_id=${service.exams.biology}`)).toEqual(['alice biology']);
    expect(await found('?provider=test')).toEqual(['alice biology', 'bob algebra']);
    expect(await found('?provider=another')).toEqual([]);
    const { created } = (await list('?search=alice')).body.results[0];
    expect(await found(`?from=${created}`)).toEqual(['bob chemistry', 'alice biology']);
    expect(await found(`?until=${created}`)).toEqual(['bob algebra']);
    expect(await found('?search=bob&status=submitted&provider=test')).toEqual(['bob algebra']);
  });

  it('has the earlier attempts of a learner at an exam with the newest, whose status counts', async () => {
    const first = await startedAttempt(alice, 'algebra');
    await act(alice, first, 'error');
    await act(teacher, first, 'mark_ready_to_resume', { user_id: alice.user_id });
    const second = await service.createAttempt(alice, service.exams.algebra!);
    const { body } = await list('?status=created');
    expect(body).toMatchObject({ count: 1, page: 1, pages: 1, results: [{ id: second }] });
    expect(body.results[0].all_attempts.map(({ id }: any) => id)).toEqual([second, first]);
    expect((await list('?status=error')).body.count).toBe(0);
  });

  it('is a file for spreadsheets, too, with every attempt', async () => {
    await sit(bob, 'algebra');
    const first = await startedAttempt(alice, 'algebra');
    await act(alice, first, 'error');
    await act(teacher, first, 'mark_ready_to_resume', { user_id: alice.user_id });
    await service.createAttempt(alice, service.exams.algebra!);
    const { headers, body } = await list('?format=csv');
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    const [head, ...lines] = String(body).trimEnd().split('\r\n');
    expect(head).toMatch(/^.?"attempt_id","username"/);
    expect(lines.map((line) => line.split(',')[1])).toEqual(['"alice"', '"alice"', '"bob"']);
    expect(
      String((await list('?format=csv&search=bob')).body)
        .trimEnd()
        .split('\r\n'),
    ).toHaveLength(2);
  });

  it.each(['?status=gone', '?exam_id=one', '?from=yesterday', '?until=2', '?sort=colour'])(
    'refuses %s and names the parameter',
    async (query) => {
      const { status, body } = await list(query);
      expect(status).toBe(400);
      expect(body.detail).toMatch(new RegExp(`^${/\w+/.exec(query)![0]}: `));
    },
  );

  it('is for staff of the course and global staff', async () => {
    for (const person of [null, alice, otherTeacher]) expect((await list('', person)).status).toBe(403);
    for (const person of [teacher, staff]) expect((await list('', person)).status).toBe(200);
    expect((await list('', otherTeacher, otherCourse)).body).toEqual({ count: 0, page: 1, pages: 1, results: [] });
  });
});

describe('the details of an attempt', () => {
  it('have the timeline with names and reasons, and the reviews with their comments', async () => {
    const id = await sit(alice, 'algebra');
    const comments = [{ comment: 'Looked away', status: 'Suspicious', start: 5, stop: 9, duration: 4 }];
    const review = { status: 'suspicious', comments };
    expect((await ask(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, review)).status).toBe(200);
    expect((await verify(id)).body).toEqual({ attempt_id: id, verified: true });
    const { status, body } = await details(id);
    expect(status).toBe(200);
    expect(body.attempt).toMatchObject({ id, status: 'verified', user: { username: 'alice' } });
    expect(body.attempts.map((each: any) => each.id)).toEqual([id]);
    expect(body.timeline.map(({ event, by, name, reason }: any) => [event, by, name, reason])).toEqual([
      ['created', 'learner', 'alice', null],
      ['started', 'learner', 'alice', null],
      ['handed_in', 'learner', 'alice', null],
      ['reviewed', 'staff', 'staff', null],
      ['second_review_required', 'staff', 'staff', null],
      ['verified', 'staff', 'teacher', 'The notes are allowed'],
    ]);
    expect(body.timeline[0].what).toBe('The attempt was created.');
    expect((await details(id, teacher, { 'accept-language': 'de' })).body.timeline[0].what).toBe(
      'Der Versuch wurde angelegt.',
    );
    expect(body.reviews).toMatchObject([
      { status: 'Suspicious', sent_by: 'staff', reviewed_by: null, comment_count: 1, comments, has_recording: false },
    ]);
    expect(body.appeal).toBeNull();
  });

  it('have the allowances and the earlier attempts of the learner at the exam', async () => {
    const exam = service.exams.algebra!;
    const allowance = { exam_id: exam, user_info: 'alice', key: 'additional_time_granted', value: '10' };
    expect((await ask(teacher, 'PUT', '/api/edx_proctoring/v1/proctored_exam/allowance', allowance)).status).toBe(200);
    const first = await startedAttempt(alice, 'algebra');
    await act(alice, first, 'error');
    await act(teacher, first, 'mark_ready_to_resume', { user_id: alice.user_id });
    const second = await service.createAttempt(alice, exam);
    const { body } = await details(first);
    expect(body.allowances).toMatchObject([{ key: 'additional_time_granted', value: '10' }]);
    expect(body.attempts.map(({ id, status }: any) => [id, status])).toEqual([
      [second, 'created'],
      [first, 'error'],
    ]);
  });

  it('tell which actions are possible, and what would follow', async () => {
    const id = await sit(alice, 'algebra');
    const actions = everyAction((await details(id)).body);
    expect(actions.reject).toMatchObject({ refusal: null, status_after: 'rejected' });
    expect(actions.reject.effects).toEqual(
      expect.arrayContaining([
        { kind: 'credit', status: 'failed' },
        { kind: 'grade', action: 'override', overriddenBy: teacher.user_id, comment: expect.any(String) },
        { kind: 'mail', template: 'rejected' },
      ]),
    );
    expect(actions.remove).toMatchObject({ refusal: null, status_after: null });
    expect(actions.remove.effects).toContainEqual({ kind: 'learner_state', action: 'reset' });
    expect(actions.mark_ready_to_resume.refusal).toMatch(/not resumable/);
    expect(actions.uphold_appeal.refusal).toBe('There is no appeal to answer at this attempt.');
    // To ask changes nothing, and what was told comes true.
    expect((await details(id)).body.attempt.status).toBe('submitted');
    await reject(id);
    const { body } = await ask(staff, 'GET', `/api/audit/v1/attempts/${id}/history`);
    expect(body.events.at(-1)).toMatchObject({ type: 'AttemptRejected', data: { effects: actions.reject.effects } });
  });

  it('tell that a person who judged cannot answer the appeal, and the reasons', async () => {
    const id = await sit(alice, 'algebra');
    await reject(id);
    await appeal(id);
    const { body } = await details(id);
    expect(everyAction(body).uphold_appeal.refusal).toMatch(/^You judged this attempt/);
    expect(everyAction(body).verify.refusal).toBe('The learner has appealed. Please answer the appeal.');
    expect(everyAction((await details(id, dean)).body).uphold_appeal).toMatchObject({
      refusal: null,
      status_after: 'verified',
    });
    expect(body.appeal).toMatchObject({ reason: 'They are allowed', answer: null });
    expect((await verify(id)).status).toBe(400);
  });

  it('show a proposed rejection with its author in a course that demands a second person', async () => {
    const course = (second_person_for_rejection: boolean) =>
      ask(staff, 'PUT', '/api/lms/v1/roster', { courses: [{ ...roster.courses[0], second_person_for_rejection }] });
    await course(true);
    try {
      const id = await sit(alice, 'algebra');
      expect(everyAction((await details(id)).body).reject.status_after).toBe('second_review_required');
      await reject(id);
      const { body } = await details(id);
      expect(body.timeline.at(-2)).toMatchObject({
        event: 'rejection_proposed',
        name: 'teacher',
        reason: 'Notes on the desk',
      });
      expect(everyAction(body).reject.refusal).toBe('You proposed to reject it. Another person must confirm that.');
    } finally {
      await course(false);
    }
  });

  it('are for staff of the course; a removed attempt has none', async () => {
    const id = await sit(alice, 'algebra');
    for (const person of [null, alice, otherTeacher]) expect((await details(id, person)).status).toBe(403);
    for (const person of [null, alice, otherTeacher]) expect((await verify(id, person)).status).toBe(403);
    await removeAll();
    expect((await details(id)).status).toBe(404);
    expect((await details(999_999, staff)).status).toBe(404);
  });
});

describe("the queue of a course's appeals", () => {
  it('has the open ones first, and tells who may answer', async () => {
    const answered = await sit(alice, 'algebra');
    await reject(answered);
    await appeal(answered);
    const answer = { upheld: false, reason: 'They are not' };
    expect((await ask(dean, 'POST', `/api/exams/v1/attempts/${answered}/appeal/answer`, answer)).status).toBe(200);
    const open = await sit(bob, 'biology');
    await reject(open, dean);
    await appeal(open, bob);

    const { body } = await queue();
    expect(body).toMatchObject({ count: 2, page: 1, pages: 1 });
    expect(body.results).toMatchObject([
      {
        attempt_id: open,
        exam: { exam_name: 'biology' },
        user: { username: 'bob' },
        status: 'rejected',
        answer: null,
        can_answer: true,
      },
      { attempt_id: answered, answer: { upheld: false, answered_by: 'dean' }, can_answer: false },
    ]);
    expect((await queue('', dean)).body.results[0].can_answer).toBe(false);
    expect((await queue('?state=open')).body.results).toMatchObject([{ attempt_id: open }]);
    expect((await queue('?state=answered')).body.results).toMatchObject([{ attempt_id: answered }]);
    expect((await queue(`?exam_id=${service.exams.biology}`)).body.count).toBe(1);
    const [, ...lines] = String((await queue('?format=csv')).body)
      .trimEnd()
      .split('\r\n');
    expect(lines.map((line) => line.split(',')[1])).toEqual(['"bob"', '"alice"']);
  });

  it('forgets an answer when the learner appeals another judgement, and the appeals of removed attempts', async () => {
    const id = await sit(alice, 'algebra');
    await reject(id);
    await appeal(id);
    await ask(dean, 'POST', `/api/exams/v1/attempts/${id}/appeal/answer`, { upheld: true, reason: 'They are' });
    await reject(id, staff);
    expect((await appeal(id)).status).toBe(200);
    expect((await queue('?state=open')).body.results).toMatchObject([{ attempt_id: id, answer: null }]);
    expect((await queue('?state=answered')).body.count).toBe(0);
    await removeAll();
    expect((await queue()).body.count).toBe(0);
  });

  it('is for staff of the course, and refuses unknown filters', async () => {
    for (const person of [null, alice, otherTeacher]) expect((await queue('', person)).status).toBe(403);
    expect((await queue('?state=some')).status).toBe(400);
    expect((await queue('?exam_id=x')).status).toBe(400);
  });
});
