import { readFileSync } from 'node:fs';
import { courseId, people, publishedExam, root } from '../../support/service.js';
import { story } from '../browser/chromium.js';
import { openConsole, problemsEverywhere } from './console.js';

/** The pages have these. */
declare const document: any;

const { staff, alice, teacher } = people;
const here = `/courses/${encodeURIComponent(courseId)}/allowances`;
const learners = Array.from({ length: 1_000 }, (_, index) => ({
  id: 1_000 + index,
  username: `learner${String(index).padStart(4, '0')}`,
  email: `learner${index}@example.org`,
  full_name: `Person Number ${index}`,
}));
let app: Awaited<ReturnType<typeof openConsole>>;
const exams: Record<string, number> = {};

beforeAll(async () => {
  app = await openConsole();
  const put = (body: object) => app.service.request(staff, 'PUT', '/api/lms/v1/roster', body);
  await put({
    users: [
      { id: 2, username: 'alice', email: 'alice@example.org', full_name: 'Alice Ångström' },
      { id: 3, username: 'bob', email: 'bob@example.org', full_name: 'Bob' },
      { id: 4, username: 'teacher', email: 'teacher@example.org' },
      ...learners,
    ],
    courses: [{ course_id: courseId, display_name: 'Demonstration' }],
  });
  await put({
    course_staff: [{ user: 'teacher', course_id: courseId }],
    enrollments: ['alice', 'bob', ...learners.map(({ username }) => username)].map((user) => ({
      ...{ user, course_id: courseId, mode: 'verified' },
    })),
  });
  const listed = [publishedExam('Midterm'), publishedExam('Quiz', { is_proctored: false, time_limit_mins: 21 })];
  const path = `${root}/exam_registration/course_id/${courseId}`;
  const { body } = await app.service.request(staff, 'PATCH', path, listed);
  for (const [index, { exam_name }] of listed.entries()) exams[exam_name] = body[index].exam_id;
}, 120_000);
afterAll(() => app.close());

const granted = async (search = '') =>
  (await app.service.request(teacher, 'GET', `/api/exams/v1${here}?search=${search}`)).body.results.flatMap(
    ({ learner, allowances }: any) =>
      allowances.map(({ exam_name, key, value }: any) => `${learner.username} ${exam_name} ${key} ${value}`),
  );
const grant = (names: string[], value: string) =>
  app.service.request(teacher, 'POST', `/api/exams/v1${here}`, {
    ...{ exam_ids: [exams.Midterm], learners: names, allowance_type: 'additional_time_granted', value },
  });
const next = 'Next';

story('a list of names, an unknown one in line 3, and the minutes before and after', async () => {
  const page = await app.open(teacher, here);
  await page.getByText('Nobody in this course has an allowance.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('link', { name: 'Add allowances' }).click();

  await page.getByRole('button', { name: next }).click();
  await page.getByText('Choose at least one learner.').waitFor();
  await page.getByLabel('User names or e-mail addresses').fill('alice, bob@example.org\n\nnobody\nalice');
  await page.getByText('3 learners are chosen').waitFor();
  await page.getByText('1 entry repeats an earlier one').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('button', { name: next }).click();

  await page.getByRole('heading', { name: 'Exams and allowance' }).waitFor();
  await page.getByRole('button', { name: next }).click();
  await page.getByText('Choose at least one exam.').waitFor();
  await page.getByLabel('All exams').check();
  await page.getByLabel('Kind').selectOption('Time multiplier');
  await page.getByLabel('Times as long').fill('0.5');
  await page.getByText('Enter a number from 1 to 1,000').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByLabel('Times as long').fill('1.5');
  await page.getByRole('button', { name: next }).click();

  await page.getByText('Line 3: nobody in this course has the user name or e-mail “nobody”.').waitFor();
  await page.getByText('2 learners × 2 exams = 4 allowances').waitFor();
  const row = page.getByRole('row', { name: /Alice.*Quiz/ });
  expect(await row.textContent()).toContain('21 → 31 minutes');
  expect(await problemsEverywhere(page)).toEqual([]);
  expect(await granted()).toEqual([]);

  await page.getByRole('button', { name: 'Grant 4 allowances' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('2 learners').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Grant 4 allowances' }).click();
  await page.getByText('4 allowances are granted.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  expect((await granted()).sort()).toEqual([
    'alice Midterm additional_time_granted 15',
    'alice Quiz additional_time_granted 10',
    'bob Midterm additional_time_granted 15',
    'bob Quiz additional_time_granted 10',
  ]);
});

story(
  'a file with 1,000 learners is granted in parts',
  async () => {
    const page = await app.open(teacher, `${here}/add`);
    await page.getByLabel('As a file').check();
    const lines = learners.map(({ username, full_name }) => `"${full_name}",${username}`);
    const buffer = Buffer.from(['Name,username', ...lines].join('\r\n'));
    await page
      .getByLabel('File', { exact: true })
      .setInputFiles({ name: 'learners.csv', mimeType: 'text/csv', buffer });
    await page.getByText('learners.csv: 1,000 learners').waitFor();
    expect(await problemsEverywhere(page)).toEqual([]);
    await page.getByRole('button', { name: next }).click();
    await page.getByLabel('Midterm').check();
    await page.getByLabel('Additional minutes').fill('20');
    await page.getByRole('button', { name: next }).click();
    await page.getByText('1000 learners × 1 exam').or(page.getByText('1,000 learners × 1 exam')).waitFor();
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByText('Page 2 of 40').waitFor();
    await page.getByRole('button', { name: /^Grant/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Grant/ })
      .click();
    await page.getByRole('progressbar', { includeHidden: true }).waitFor();
    await page.getByText(/1,000 allowances are granted/).waitFor({ timeout: 90_000 });
    expect(await granted('learner0999')).toEqual(['learner0999 Midterm additional_time_granted 20']);
  },
  150_000,
);

story('learners are found by a part of the name; what fails is named, and can be tried again', async () => {
  const page = await app.open(teacher, `${here}/add`);
  await page.getByLabel('By search').check();
  await page.getByLabel('Search learners').fill('ÅNGSTRÖM');
  await page.getByLabel('Select Alice Ångström').check();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByLabel('Search learners').fill('nobody at all');
  await page.getByText('No learner of this course matches this search.').waitFor();
  await page.getByText('1 learner is chosen').waitFor();
  await page.getByRole('button', { name: next }).click();
  await page.getByLabel('Quiz').check();
  await page.getByLabel('Kind').selectOption('Exception from the review policy');
  await page.getByLabel('What reviewers should allow').fill('may use a screen reader');
  await page.getByRole('button', { name: next }).click();
  await page.getByText('21 minutes, unchanged').or(page.getByText('31 minutes, unchanged')).waitFor();

  await page.route('**/allowances', (route) => route.abort());
  await page.getByRole('button', { name: 'Grant 1 allowance' }).click();
  await page.getByRole('dialog').getByText('Alice Ångström').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Grant 1 allowance' }).click();
  await page.getByText('The service did not answer.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.unroute('**/allowances');
  await page.getByRole('button', { name: 'Try the failed ones again' }).click();
  await page.getByText('1 allowance is granted.').waitFor();
  expect(await granted('alice')).toContain('alice Quiz review_policy_exception may use a screen reader');
});

story('a running attempt keeps its minutes, and the preview says so', async () => {
  const attempt = { exam_id: exams.Quiz, attempt_proctored: 'false', start_clock: 'true' };
  await app.service.request(people.bob, 'POST', `${root}/attempt`, attempt);
  const page = await app.open(teacher, `${here}/add`);
  await page.getByLabel('User names or e-mail addresses').fill('bob');
  await page.getByRole('button', { name: next }).click();
  await page.getByLabel('Quiz').check();
  await page.getByLabel('Additional minutes').fill('60');
  await page.getByRole('button', { name: next }).click();
  await page.getByText('1 learner is taking the exam now').waitFor();
  await page.getByText('Attempt runs: not changed').waitFor();
  await page.getByText('replaces 10 minutes more').waitFor();
});

story('an allowance is found, changed, removed and brought back', async () => {
  await grant(['learner0007'], '30');
  const page = await app.open(teacher, here);
  await page.getByLabel('Search learners').fill('number 7');
  await page.getByLabel('Exam', { exact: true }).selectOption('Midterm');
  const change = page.getByRole('button', { name: 'Change the allowance of Person Number 7 at Midterm' });
  await change.click();
  await page.getByLabel('Additional minutes').fill('45');
  await page.getByText('30 → 75 minutes').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('45 minutes more').waitFor();

  await page.getByRole('button', { name: 'Remove the allowance of Person Number 7 at Midterm' }).click();
  await page.getByRole('dialog').getByText('loses 45 additional minutes').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('The allowance of Person Number 7 is removed.').waitFor();
  expect(await granted('learner0007')).toEqual([]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('45 minutes more').waitFor();
  expect(await granted('learner0007')).toEqual(['learner0007 Midterm additional_time_granted 45']);

  await page.reload();
  expect(await page.getByLabel('Search learners').inputValue()).toBe('number 7');
  await page.getByText('45 minutes more').waitFor();
});

story('pages of the list, the list as a file, and the list when the service fails', async () => {
  const thirty = learners.slice(100, 130).map(({ username }) => username);
  await grant(thirty, '20');
  const page = await app.open(teacher, here);
  await page.getByText(/Page 1 of/).waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText(/Page 2 of/).waitFor();
  await page.goBack();
  await page.getByText(/Page 1 of/).waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /CSV/ }).click()]);
  const rows = readFileSync(await file.path(), 'utf8').split('\r\n');
  expect(rows.filter((row) => row.includes('"additional_time_granted","20"')).length).toBeGreaterThanOrEqual(30);
  await page.route('**/api/**/allowances?*', (route) => route.fulfill({ status: 503, json: { detail: 'Too busy.' } }));
  await page.goto(`${app.service.url}/console${here}?search=qq`);
  await page.getByText('Too busy.').waitFor({ timeout: 30_000 });
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.unroute('**/api/**/allowances?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('No learner with an allowance matches this search.').waitFor();
});

story('without a mouse', async () => {
  const page = await app.open(teacher, `${here}/add`);
  await page.getByRole('heading', { name: /Learners/ }).waitFor();
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Goes on by the key Tab until this element has the focus. */
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 60; presses++) {
      await press('Tab');
      const words = await page.evaluate(() => {
        const focused = document.activeElement;
        const names = [focused.labels?.[0]?.textContent, focused.textContent, focused.getAttribute('aria-label')];
        return focused === document.body ? '' : names.join(' ');
      });
      if (words.includes(name)) return;
    }
    throw new Error(`The focus does not come to ${name}.`);
  };
  await tabTo('User names or e-mail addresses');
  await page.keyboard.type('learner0042');
  await tabTo('Next');
  await press('Enter');
  await page.getByRole('heading', { name: /Exams and allowance/ }).waitFor();
  await tabTo('Quiz');
  await press('Space');
  await tabTo('Additional minutes');
  await page.keyboard.type('5');
  await press('Enter');
  await page.getByText('21 → 26 minutes').waitFor();
  await tabTo('Grant 1 allowance');
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo('Grant 1 allowance');
  await press('Enter');
  await page.getByText('1 allowance is granted.').waitFor();
  expect(await granted('learner0042')).toContain('learner0042 Quiz additional_time_granted 5');
});

story('learners see nothing of it', async () => {
  const page = await app.open(alice, here);
  await page.getByRole('heading', { name: 'There is no such page.' }).waitFor();
});
