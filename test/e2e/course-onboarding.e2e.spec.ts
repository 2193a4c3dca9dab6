import { shared } from '../support/hooks.js';
import { courseId, openCourse, people, root, roster } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const here = `/api/exams/v1/courses/${encodeURIComponent(courseId)}/onboarding`;

const service = shared(() =>
  openCourse(
    { onboarding: { is_practice_exam: true } },
    {
      settings: { PROCTORING_BACKENDS: { DEFAULT: 'test', test: {} } },
      roster: {
        ...roster,
        users: [...roster.users, { id: 20, username: 'carla', email: 'carla@example.org', full_name: 'Carla' }],
        enrollments: [...roster.enrollments, { user: 'carla', course_id: courseId, mode: 'masters' }],
      },
    },
  ),
);
const { request: ask } = service;
const list = async (query = '') => (await ask(teacher, 'GET', here + query)).body;
const named = ({ results }: any) => results.map(({ learner }: any) => learner.username);

beforeAll(async () => {
  const { onboarding } = service.exams;
  await service.createAttempt(alice, onboarding, { start_clock: 'true' });
  const id = await service.createAttempt(bob, onboarding);
  await ask(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, { status: 'passed', comments: [] });
});

it('staff see the onboarding of each learner, and how many learners there are of each status and mode', async () => {
  const all = await list();
  expect(all).toMatchObject({ count: 3, page: 1, pages: 1, asks_provider: false });
  expect(all.results).toMatchObject([
    { learner: { id: 2, username: 'alice', email: 'alice@example.org' }, status: 'onboarding_started' },
    { learner: { username: 'bob' }, status: 'verified', exam_ids: [service.exams.onboarding] },
    { learner: { full_name: 'Carla' }, enrollment_mode: 'masters', status: 'not_started', exam_ids: [] },
  ]);
  const sorted = (counts: object[]) => counts.map((each) => Object.values(each).join(' ')).sort();
  expect(sorted(all.counts)).toEqual(['not_started 1', 'onboarding_started 1', 'verified 1']);
  expect(sorted(all.modes)).toEqual(['masters 1', 'verified 2']);
});

it('the list is narrowed by status, enrolment mode and name; the numbers stay those of the course', async () => {
  expect(named(await list('?statuses=verified,not_started'))).toEqual(['bob', 'carla']);
  expect(named(await list('?mode=masters'))).toEqual(['carla']);
  expect(named(await list('?mode=masters&statuses=verified'))).toEqual([]);
  const found = await list('?search=ALI');
  expect(named(found)).toEqual(['alice']);
  expect(found.counts).toHaveLength(3);
});

it('the list is a file for spreadsheets, too', async () => {
  const { body } = await ask(teacher, 'GET', `${here}?statuses=verified`, undefined, { accept: 'text/csv' });
  expect(body.split('\r\n')[0]).toContain('"username","email"');
  expect(body).toContain('"bob","bob@example.org","bob","verified","verified",');
  expect(body).not.toContain('alice');
});

it("a reset removes the learner's attempts, so that onboarding begins anew", async () => {
  const path = `${root}/exam_id/${service.exams.onboarding}/user_id/${alice.user_id}/reset_attempts`;
  expect((await ask(teacher, 'DELETE', path)).status).toBe(200);
  expect((await list('?search=alice')).results).toMatchObject([{ status: 'not_started', exam_ids: [] }]);
});

it('learners find their courses that have onboarding', async () => {
  const { body } = await ask(alice, 'GET', '/api/exams/v1/me/onboarding');
  expect(body).toEqual({ results: [{ course_id: courseId, course_name: 'Demo' }] });
  expect((await ask(teacher, 'GET', '/api/exams/v1/me/onboarding')).body).toEqual({ results: [] });
});

it('only staff of the course see it, and a course without onboarding has none', async () => {
  expect((await ask(alice, 'GET', here)).status).toBe(403);
  const other = '/api/exams/v1/courses/course-v1:OrgX+Other+2031/onboarding';
  expect((await ask(staff, 'GET', other)).status).toBe(404);
});
