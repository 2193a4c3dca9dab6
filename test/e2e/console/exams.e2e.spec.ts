import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { courseId, people, publishedExam, root, roster } from '../../support/service.js';
import { story } from '../browser/chromium.js';
import { openConsole, problemsEverywhere } from './console.js';

const { staff, teacher, alice, bob, reviewer } = people;
const path = `/courses/${encodeURIComponent(courseId)}/exams`;
const emptyCourse = 'course-v1:OrgX+Empty+2031';
const names = {
  midterm: 'Midterm',
  arabic: 'الامتحان النهائي في الرياضيات',
  formula: `=1+1, with a "name" that is ${'longer than any column '.repeat(8).trim()}`,
};

let app: Awaited<ReturnType<typeof openConsole>>;
let midterm: number;

const ask = async (...request: Parameters<typeof app.service.request>) => {
  const answer = await app.service.request(...request);
  if (answer.status !== 200) throw new Error(`${request[2]}: ${JSON.stringify(answer)}`);
  return answer.body;
};
const handIn = async (person: typeof alice, examId: number): Promise<number> => {
  const asked = { exam_id: examId, attempt_proctored: 'true', start_clock: 'true' };
  const { exam_attempt_id: id } = await ask(person, 'POST', `${root}/attempt`, asked);
  await ask(person, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
  return id;
};

beforeAll(async () => {
  app = await openConsole();
  const courses = [...roster.courses, { course_id: emptyCourse, display_name: 'Empty' }];
  const course_staff = [...roster.course_staff, { user: 'teacher', course_id: emptyCourse }];
  await ask(staff, 'PUT', '/api/lms/v1/roster', { ...roster, courses, course_staff });
  const exams = await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, [
    publishedExam('midterm', { exam_name: names.midterm, due_date: '2099-05-05T12:00:00Z', backend: 'test' }),
    publishedExam('arabic', { exam_name: names.arabic, time_limit_mins: 240, backend: 'test' }),
    publishedExam('formula', { exam_name: names.formula, is_active: false, is_proctored: false }),
  ]);
  midterm = exams[0].exam_id;
  const attempt = await handIn(alice, midterm);
  await handIn(bob, midterm);
  const reviewed = `${root}/attempt/test-attempt-${attempt}/reviewed`;
  await ask(reviewer, 'POST', reviewed, { status: 'passed', comments: [] });
});
afterAll(() => app.close());

const openList = async (person: typeof teacher = teacher, query = '') => {
  const page = await app.open(person, `${path}${query}`);
  await page.getByRole('row').nth(1).waitFor();
  return page;
};
const shownExams = (page: Page) => page.getByRole('rowheader').allTextContents();

story(
  'the exams of a course are listed, sorted by keyboard, searched and filtered, and the address keeps it',
  async () => {
    const page = await openList();
    expect(await shownExams(page)).toEqual([names.formula, names.midterm, names.arabic]);
    expect(await problemsEverywhere(page)).toEqual([]);
    await page.getByRole('button', { name: 'Minutes' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.locator('[aria-sort=descending]').waitFor();
    await page.getByRole('rowheader').first().getByText(names.arabic).waitFor();
    await page.getByLabel('Search exams').fill('midTERM');
    await page.getByRole('rowheader').nth(1).waitFor({ state: 'detached' });
    expect(await shownExams(page)).toEqual([names.midterm]);
    expect(page.url()).toContain('search=midTERM');
    await page.getByLabel('Search exams').fill('');
    await page.waitForURL((url) => !url.searchParams.has('search'));
    await page.getByLabel('Show').selectOption('Inactive exams');
    await page.getByRole('rowheader', { name: names.midterm }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('rowheader').waitFor();
    expect(await shownExams(page)).toEqual([names.formula]);
  },
);

story('the list is saved as CSV with the filters of the page', async () => {
  const page = await openList(teacher, '?show=inactive');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('exams_course-v1_OrgX+Demo+2031.csv');
  const lines = readFileSync((await download.path())!, 'utf8')
    .trim()
    .split('\r\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(`"'${names.formula.replaceAll('"', '""')}"`);
});

story('a course without exams says who publishes them, and a list that fails can be asked for again', async () => {
  const empty = await app.open(teacher, `/courses/${encodeURIComponent(emptyCourse)}/exams`);
  await empty.getByText('The LMS publishes the exams').waitFor();
  expect(await problemsEverywhere(empty)).toEqual([]);
  await empty.getByRole('link', { name: 'Review outcomes' }).click();
  await empty.getByText('No proctored attempt was submitted yet.').waitFor();
  expect(await problemsEverywhere(empty)).toEqual([]);

  const page = await openList();
  const failing = { status: 400, contentType: 'application/json', body: '{"detail":"Not now."}' };
  await page.route('**/api/**/exams?*', (route) => route.fulfill(failing));
  await page.getByLabel('Show').selectOption('Active exams');
  await page.reload();
  await page.getByRole('alert').getByText('Not now.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.unroute('**/api/**/exams?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('link', { name: names.midterm }).waitFor();
});

story('course staff see an exam with its settings and counts, and cannot change its policy', async () => {
  const page = await openList();
  await page.getByRole('link', { name: names.midterm }).click();
  await page.getByRole('heading', { level: 1, name: names.midterm }).waitFor();
  await page.getByRole('row').nth(1).waitFor();
  expect(await page.locator(':focus').textContent()).toBe(names.midterm);
  await page.getByRole('link', { name: '1 Waiting for review' }).waitFor();
  await page.getByText('Test Provider').waitFor();
  expect(await page.getByRole('button', { name: 'Change the policy' }).count()).toBe(0);
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('global staff change the policy; the dialog says whom it concerns, and the history has the change', async () => {
  const page = await app.open(staff, `${path}/${midterm}`);
  await page.getByRole('button', { name: 'Change the policy' }).click();
  const dialog = page.getByRole('dialog', { name: `Review policy of ${names.midterm}` });
  expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Text for reviewers').fill('No books.\nالآلة الحاسبة مسموحة');
  await dialog.getByText('It applies to attempts that begin from now on.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('status').getByText('is saved').waitFor();
  await page.locator('.exams-policy').getByText('No books.').waitFor();
  const newest = page.getByRole('row').nth(1);
  await newest.getByText('Review policy set').waitFor();
  await newest.getByText('staff', { exact: true }).waitFor();
});

story('outcomes are charts with their numbers, for all exams and for one', async () => {
  const page = await openList();
  await page.getByRole('link', { name: 'Review outcomes' }).click();
  await page.getByRole('img', { name: 'Verified: 1 of 2, Waiting for review: 1 of 2' }).first().waitFor();
  await page.locator('.uplot canvas').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  for (const summary of await page.getByText('Numbers of this chart').all()) await summary.click();
  await page.getByRole('table', { name: 'How long attempts wait now' }).getByText('under 1').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByLabel('Exam', { exact: true }).selectOption(names.arabic);
  await page.getByText('No proctored attempt was submitted yet.').waitFor();
  expect(page.url()).toContain('exam=');
});

story('the page of outcomes speaks German', async () => {
  const page = await app.open(teacher, `${path}/outcomes`, { locale: 'de-DE' });
  await page.getByRole('heading', { level: 1, name: 'Ergebnisse der Durchsicht' }).waitFor();
  await page.getByRole('img', { name: 'Bestätigt: 1 von 2' }).first().waitFor();
});
