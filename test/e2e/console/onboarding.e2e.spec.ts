import { contentId, courseId, people, publishedExam, root } from '../../support/service.js';
import { story } from '../browser/chromium.js';
import { openConsole, problemsEverywhere } from './console.js';

const { staff, alice, bob, teacher } = people;
const here = `/courses/${encodeURIComponent(courseId)}/onboarding`;
const empty = 'course-v1:OrgX+Empty+2031';
let app: Awaited<ReturnType<typeof openConsole>>;

beforeAll(async () => {
  app = await openConsole({ PROCTORING_BACKENDS: { DEFAULT: 'test', test: {} } });
  const { request } = app.service;
  const person = (id: number, username: string, full_name: string) => ({
    ...{ id, username, email: `${username}@example.org`, full_name },
  });
  await request(staff, 'PUT', '/api/lms/v1/roster', {
    users: [
      person(2, 'alice', 'Alice Adams'),
      person(3, 'bob', 'Bob Brown'),
      person(4, 'teacher', ''),
      ...Array.from({ length: 40 }, (_, index) => person(100 + index, `masters${index}`, '')),
    ],
    courses: [
      { course_id: courseId, display_name: 'Demonstration' },
      { course_id: empty, display_name: 'Empty' },
    ],
  });
  await request(staff, 'PUT', '/api/lms/v1/roster', {
    course_staff: [courseId, empty].map((course_id) => ({ user: 'teacher', course_id })),
    enrollments: [
      { user: 'alice', course_id: courseId, mode: 'verified' },
      { user: 'bob', course_id: courseId, mode: 'verified' },
      ...Array.from({ length: 40 }, (_, index) => ({ user: `masters${index}`, course_id: courseId, mode: 'masters' })),
    ],
  });
  const exam = publishedExam('onboarding', { is_practice_exam: true });
  const path = `${root}/exam_registration/course_id/${courseId}`;
  const [{ exam_id }] = (await request(staff, 'PATCH', path, [exam])).body;
  const attempt = { exam_id, attempt_proctored: 'true' };
  await request(alice, 'POST', `${root}/attempt`, { ...attempt, start_clock: 'true' });
  const { exam_attempt_id: id } = (await request(bob, 'POST', `${root}/attempt`, attempt)).body;
  const review = { status: 'passed', comments: [] };
  await request(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, review);
}, 60_000);
afterAll(() => app.close());

story('staff see how many learners are how far, and narrow the list', async () => {
  const page = await app.open(teacher, here);
  await page.getByRole('button', { name: '42 All' }).waitFor();
  await page.getByText('Page 1 of 2').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('button', { name: '1 Approved' }).click();
  await page.getByRole('rowheader', { name: 'Bob Brown' }).waitFor();
  await page.getByText('1 learner', { exact: true }).waitFor();
  expect(page.url()).toContain('status=verified');
  await page.getByRole('button', { name: '42 All' }).click();
  await page.getByLabel('Enrolment').selectOption('masters');
  await page.getByText('40 learners').waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Page 2 of 2').waitFor();
  await page.getByLabel('Search learners').fill('nobody');
  await page.getByText('No learner matches these filters.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('a reset names the learner and the consequence, and lets the learner begin anew', async () => {
  const page = await app.open(teacher, `${here}?search=bob`);
  await page.getByRole('button', { name: 'Reset the onboarding of Bob Brown' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The approval is lost.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Reset' }).click();
  await page.getByText('The onboarding of Bob Brown is reset.').waitFor();
  await page.getByRole('row', { name: /Bob Brown.*Not started/ }).waitFor();
  expect(await page.getByRole('button', { name: /Reset the onboarding/ }).count()).toBe(0);
});

story('a refused reset is shown in the dialog', async () => {
  const page = await app.open(teacher, `${here}?search=alice`);
  await page.route('**/reset_attempts', (route) =>
    route.fulfill({ status: 502, json: { detail: 'Provider is down.' } }),
  );
  await page.getByRole('button', { name: 'Reset the onboarding of Alice Adams' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click();
  await page.getByRole('alert').getByText('Provider is down.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('a course without an onboarding exam says so, and a list that cannot be loaded, too', async () => {
  const page = await app.open(teacher, `/courses/${encodeURIComponent(empty)}/onboarding`);
  await page.getByText('This course has no onboarding exam').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.route('**/api/**/onboarding?*', (route) => route.fulfill({ status: 503, json: { detail: 'Too busy.' } }));
  await page.goto(`${app.service.url}/console${here}?search=a`);
  await page.getByText('Too busy.').waitFor({ timeout: 30_000 });
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('a learner sees what to do next, in the language of the page', async () => {
  const page = await app.open(alice, '/my-onboarding');
  const panel = page.getByRole('region', { name: 'Demonstration' });
  await panel.getByText('Started', { exact: true }).waitFor();
  const link = panel.getByRole('link', { name: /onboarding/i });
  expect(await link.getAttribute('href')).toContain(contentId('onboarding'));
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByLabel('Language').selectOption('Deutsch');
  await panel.getByText('Begonnen', { exact: true }).waitFor();
});

story('a user without a course with onboarding reads that', async () => {
  const page = await app.open(teacher, '/my-onboarding');
  await page.getByText('None of your courses has onboarding.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});
