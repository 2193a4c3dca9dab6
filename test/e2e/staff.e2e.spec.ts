import { shared } from '../support/hooks.js';
import { contentId, courseId, openCourse, people, root } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const worker = { user_id: 9, preferred_username: 'retirement_worker' };

const service = shared(() =>
  openCourse({ midterm: {}, quiz: { is_proctored: false }, onboarding: { is_practice_exam: true } }),
);
const { request: ask } = service;

const create = (exam: string, person = alice) =>
  service.createAttempt(person, service.exams[exam], {
    attempt_proctored: String(exam !== 'quiz'),
    start_clock: 'true',
  });

it('course staff see the attempts by learner and exam, find them by name, and can remove them', async () => {
  const mine = await create('midterm');
  await create('quiz', bob);
  const path = `${root}/attempt/grouped/course_id/${courseId}`;
  const { body } = await ask(teacher, 'GET', path);
  expect(body.proctored_exam_attempts.map(({ user }: any) => user.username)).toEqual(['bob', 'alice']);
  expect(body.pagination_info).toEqual({ has_previous: false, has_next: false, current_page: 1, total_pages: 1 });
  expect(body.attempt_url).toBe(path);
  const found = await ask(teacher, 'GET', `${path}/search/ALI`);
  expect(found.body.proctored_exam_attempts).toMatchObject([{ id: mine, all_attempts: [{ id: mine }] }]);
  expect((await ask(alice, 'GET', path)).status).toBe(403);

  const reset = `${root}/exam_id/${service.exams.midterm}/user_id/${alice.user_id}/reset_attempts`;
  expect(await ask(teacher, 'DELETE', reset)).toMatchObject({ status: 200, body: '' });
  expect((await ask(teacher, 'GET', `${path}/search/ALI`)).body.proctored_exam_attempts).toEqual([]);
  expect((await ask(teacher, 'DELETE', reset)).status).toBe(404);
});

it('allowances can be granted in bulk and listed, and a multiplier rounds half minutes to even', async () => {
  const bulk = {
    exam_ids: `${service.exams.quiz}, ${service.exams.midterm}`,
    user_ids: 'alice, bob',
    allowance_type: 'time_multiplier',
    value: '1.25',
  };
  expect((await ask(teacher, 'PUT', `${root}/bulk_allowance`, bulk)).status).toBe(200);
  const some = await ask(teacher, 'PUT', `${root}/${courseId}/bulk_allowance`, { ...bulk, user_ids: 'alice,nobody' });
  expect(some.status).toBe(207);
  expect(some.body).toHaveLength(4);
  expect((await ask(teacher, 'PUT', `${root}/bulk_allowance`, { ...bulk, user_ids: 'nobody' })).body).toEqual({
    detail: 'Enter a valid username or email',
    field: 'user_info',
  });
  const { body } = await ask(teacher, 'GET', `${root}/${courseId}/allowance`);
  expect(body).toHaveLength(4);
  expect(body[0]).toMatchObject({ key: 'additional_time_granted', value: '8', user: { username: 'alice' } });
  const grouped = await ask(teacher, 'GET', `${root}/${courseId}/grouped/allowance`);
  expect(Object.keys(grouped.body)).toEqual(['alice', 'bob']);
});

it('the text of an allowance is encrypted in the log, visible to staff, and gone after a retirement', async () => {
  const policy = {
    exam_id: service.exams.quiz,
    user_info: 'bob',
    key: 'review_policy_exception',
    value: 'may use a screen reader',
  };
  await ask(teacher, 'PUT', `${root}/allowance`, policy);
  const shown = async () =>
    (await ask(staff, 'GET', `${root}/${courseId}/allowance`)).body.map(({ value }: any) => value);
  expect(await shown()).toContain('may use a screen reader');
  const log = await ask(staff, 'GET', '/api/audit/v1/events');
  expect(log.body).not.toContain('screen reader');

  const [atProviders, here] = [`retire_backend_user/${bob.user_id}/`, `retire_user/${bob.user_id}/`];
  expect((await ask(staff, 'POST', `/api/edx_proctoring/v1/${here}`)).status).toBe(403);
  expect((await ask(worker, 'POST', `/api/edx_proctoring/v1/${atProviders}`)).status).toBe(200);
  expect((await ask(worker, 'POST', `/api/edx_proctoring/v1/${here}`)).status).toBe(204);
  expect((await shown()).filter((value: string) => value !== '8')).toEqual(['', '', '']);
  expect((await ask(staff, 'GET', '/api/audit/v1/events')).body).toContain('LearnerRetired');
  expect((await service.database.owner.query('select username from users where id = $1', [bob.user_id])).rows).toEqual([
    { username: `retired user ${bob.user_id}` },
  ]);
});

it('the learner and staff can read the status of onboarding', async () => {
  const path = '/api/edx_proctoring/v1/user_onboarding/status';
  const own = () => ask(alice, 'GET', `${path}?course_id=${encodeURIComponent(courseId)}`);
  expect((await own()).body).toMatchObject({ onboarding_status: null, onboarding_past_due: false });
  const id = await create('onboarding');
  await ask(alice, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
  await ask(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, { status: 'passed' });
  expect((await own()).body).toMatchObject({
    onboarding_status: 'verified',
    onboarding_link: `/courses/${courseId}/jump_to/${contentId('onboarding')}`,
  });
  const list = await ask(teacher, 'GET', `${path}/course_id/${courseId}?statuses=verified`);
  expect(list.body).toMatchObject({ count: 1, results: [{ username: 'alice', status: 'verified' }] });
});

it('the provider and the review policy of an exam can be read', async () => {
  const policy = `/api/lms/v1/exams/${service.exams.midterm}/review_policy`;
  expect((await ask(staff, 'PUT', policy, { review_policy: 'Open book' })).status).toBe(200);
  const read = await ask(alice, 'GET', `${root}/review_policy/exam_id/${service.exams.midterm}/`);
  expect(read.body).toEqual({ review_policy: 'Open book' });
  const settings = await ask(alice, 'GET', `${root}/settings/exam_id/${service.exams.midterm}/`);
  expect(settings.body).toMatchObject({
    provider_name: 'Test Provider',
    proctoring_escalation_email: 'help@example.org',
  });
});

it("staff are redirected to the provider's dashboard, only for exams of the course in the path", async () => {
  const dashboard = await ask(
    teacher,
    'GET',
    `/api/edx_proctoring/v1/instructor/${courseId}/${service.exams.midterm}?attempt=x`,
  );
  expect(dashboard.status).toBe(302);
  expect(dashboard.headers.location).toContain('/dashboard/');
  const mine = await create('onboarding');
  const shown = async (exam: string) => {
    const path = `/api/edx_proctoring/v1/instructor/${courseId}/${service.exams[exam]}?attempt=test-attempt-${mine}`;
    return (await ask(teacher, 'GET', path)).headers.location;
  };
  expect(await shown('onboarding')).toContain(`test-attempt-${mine}`);
  expect(await shown('midterm')).not.toContain('test-attempt');
  const elsewhere = 'course-v1:OrgX+Other+2031';
  expect(
    (await ask(staff, 'GET', `/api/edx_proctoring/v1/instructor/${elsewhere}/${service.exams.midterm}`)).status,
  ).toBe(404);
});
