import { people, tokenOf } from '../../support/service.js';
import { story } from '../browser/chromium.js';
import { openConsole, problemsEverywhere } from './console.js';

/** The pages have it. */
declare const sessionStorage: any;

const demo = 'course-v1:OrgX+Demo+2031';
let app: Awaited<ReturnType<typeof openConsole>>;

beforeAll(async () => {
  app = await openConsole();
  await app.service.request(people.staff, 'PUT', '/api/lms/v1/roster', {
    users: [
      { id: 2, username: 'alice', email: 'alice@example.org' },
      { id: 4, username: 'teacher', email: 'teacher@example.org' },
    ],
    courses: [
      { course_id: demo, display_name: 'Demonstration' },
      { course_id: 'course-v1:OrgX+Other+2031', display_name: 'Another course' },
    ],
  });
  await app.service.request(people.staff, 'PUT', '/api/lms/v1/roster', {
    course_staff: [{ user: 'teacher', course_id: demo }],
  });
});
afterAll(() => app.close());

const areasSeenBy = async (person: (typeof people)[keyof typeof people]) => {
  const page = await app.open(person);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page.getByRole('navigation', { name: 'Areas' }).getByRole('link').allTextContents();
};

story('everybody sees the areas that their rights allow', async () => {
  expect(await areasSeenBy(people.alice)).toEqual(['My exams', 'My onboarding']);
  const ofCourse = ['Exam day', 'Attempts', 'Allowances', 'Onboarding', 'Exams'];
  expect(await areasSeenBy(people.teacher)).toEqual([...ofCourse, 'Audit', 'My exams', 'My onboarding']);
  expect(await areasSeenBy(people.staff)).toEqual([...ofCourse, 'Audit', 'Operations', 'My exams', 'My onboarding']);
});

story('a member of the course staff chooses among her own courses', async () => {
  const page = await app.open(people.teacher, '/attempts');
  await page.getByRole('link', { name: 'Demonstration' }).waitFor();
  expect(await page.getByRole('link', { name: 'Another course' }).count()).toBe(0);
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('link', { name: 'Demonstration' }).click();
  await page.waitForURL(`**/console/courses/${encodeURIComponent(demo)}/attempts`);
});

story('the home page and the kit have no findings', async () => {
  const page = await app.open(people.staff);
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.goto(`${app.service.url}/console/kit`);
  await page.getByRole('heading', { name: 'Kit' }).waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('button', { name: 'Dangerous, asks first' }).click();
  await page.getByRole('dialog').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await page.locator(':focus').textContent()).toBe('Dangerous, asks first');
});

story('a stranger pastes a token; a wrong one is refused in words', async () => {
  const page = await app.open(undefined, '/my-exams');
  await page.getByLabel('Token').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByLabel('Token').fill(await tokenOf(people.alice));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'My exams' }).waitFor();
});

story('the token leaves the address, a second tab is signed in, and signing out ends both', async () => {
  const page = await app.open(people.alice);
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(page.url()).not.toContain('token');
  const second = await page.context().newPage();
  await second.goto(`${app.service.url}/console/my-exams`);
  await second.getByRole('heading', { name: 'My exams' }).waitFor();
  await second.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Token').waitFor();
});

story('when the session ends, the page stays and a dialog asks to sign in again', async () => {
  const page = await app.open(people.teacher, '/attempts');
  await page.getByLabel('Search courses').fill('Demo');
  await page.getByRole('link', { name: 'Demonstration' }).waitFor();
  await page.evaluate(() => sessionStorage.setItem('token', 'ended'));
  await page.getByLabel('Search courses').fill('Demonstration');
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await dialog.waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await dialog.getByLabel('Token').fill(await tokenOf(people.teacher));
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await page.getByLabel('Search courses').inputValue()).toBe('Demonstration');
  await page.getByRole('link', { name: 'Demonstration' }).waitFor();
});

story('the page speaks German to those who prefer it, and English to those who choose it', async () => {
  const page = await app.open(people.alice, '/', { locale: 'de-AT' });
  await page.getByRole('heading', { name: 'Willkommen, alice' }).waitFor();
  await page.getByLabel('Sprache').selectOption('English');
  await page.getByRole('heading', { name: 'Welcome, alice' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
});
