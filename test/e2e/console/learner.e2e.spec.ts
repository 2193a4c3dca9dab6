import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { contentId, courseId, people, publishedExam, root, roster } from '../../support/service.js';
import { story } from '../browser/chromium.js';
import { openConsole, problemsEverywhere } from './console.js';

const { staff, alice, bob, teacher } = people;
const dean = { user_id: 9, preferred_username: 'dean' };
let app: Awaited<ReturnType<typeof openConsole>>;
const exams: Record<string, number> = {};

beforeAll(async () => {
  app = await openConsole();
  const users = [...roster.users, { id: 9, username: 'dean', email: 'dean@example.org' }];
  const course_staff = [...roster.course_staff, { user: 'dean', course_id: courseId }];
  expect((await ask(staff, 'PUT', '/api/lms/v1/roster', { ...roster, users, course_staff })).status).toBe(200);
  const names = ['Midterm', 'Final'];
  const published = names.map((name) => publishedExam(name));
  const { body } = await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, published);
  for (const [index, name] of names.entries()) exams[name] = body[index].exam_id;
}, 120_000);
afterAll(() => app.close());

const ask = (...request: Parameters<typeof app.service.request>) => app.service.request(...request);
const begin = async (person: typeof alice, exam: string): Promise<number> => {
  const asked = { exam_id: exams[exam], attempt_proctored: 'true', start_clock: 'true' };
  return (await ask(person, 'POST', `${root}/attempt`, asked)).body.exam_attempt_id;
};
const handIn = (person: typeof alice, id: number) => ask(person, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
const shows = (page: Page, title: string) => page.getByRole('heading', { level: 1, name: title }).waitFor();

let rejected: number;

story('a learner without attempts reads what to do', async () => {
  const page = await app.open(alice, '/my-exams');
  await page.getByText('You have not begun any exam yet.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('a learner finds a running exam and goes to it', async () => {
  const id = await begin(bob, 'Final');
  const page = await app.open(bob, '/my-exams');
  await page.getByRole('link', { name: 'Final' }).click();
  await page.waitForURL(`**/console/my-exams/${id}`);
  await page.getByRole('link', { name: 'Go to the exam' }).click();
  await page.waitForURL(`**/exams/${encodeURIComponent(courseId)}/${encodeURIComponent(contentId('Final'))}`);
  await page.getByRole('heading', { name: 'Your exam is running' }).waitFor();
  await handIn(bob, id);
});

story('a learner reads the timeline, and downloads the receipt', async () => {
  rejected = await begin(alice, 'Midterm');
  await handIn(alice, rejected);
  const page = await app.open(alice, `/my-exams/${rejected}`);
  await shows(page, 'Midterm');
  await page.getByText('The exam was handed in.').waitFor();
  const save = page.getByRole('button', { name: 'Download the receipt' });
  await save.waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
  expect(download.suggestedFilename()).toBe(`receipt-${rejected}.txt`);
  const { body } = await ask(alice, 'GET', `/api/exams/v1/me/attempts/${rejected}/receipt`);
  expect(readFileSync(await download.path(), 'utf8')).toBe(body.receipt);
  expect(await page.getByRole('heading', { name: 'Appeal' }).count()).toBe(0);
});

story('a learner appeals a rejection by the keyboard, and reads the answer', async () => {
  const reason = 'Notes on the desk';
  await ask(teacher, 'POST', `/api/exams/v1/attempts/${rejected}/reject`, { reason });
  const page = await app.open(alice, `/my-exams/${rejected}`);
  await page.getByText(reason).waitFor();
  await page.getByRole('button', { name: 'Appeal the decision' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Appeal the decision?' });
  await dialog.getByText('Another person looks at your attempt at Midterm').waitFor();
  expect(await dialog.getByRole('button', { name: 'Send the appeal' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Your reason').focus();
  await page.keyboard.type('The notes were allowed');
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('Another person is looking at it.').waitFor();
  expect(await page.getByRole('button', { name: 'Appeal the decision' }).count()).toBe(0);

  const answer = { upheld: true, reason: 'They were' };
  expect((await ask(dean, 'POST', `/api/exams/v1/attempts/${rejected}/appeal/answer`, answer)).status).toBe(200);
  await page.reload();
  await page.getByText('Your appeal was upheld.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('an attempt of another learner is not found, and a failed list can be loaded again', async () => {
  const page = await app.open(bob, `/my-exams/${rejected}`);
  await page.getByRole('alert').first().waitFor();
  expect(await page.getByText('Midterm').count()).toBe(0);
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.route('**/api/exams/v1/me/attempts', (route) => route.abort());
  await page.getByRole('link', { name: 'All my exams' }).click();
  const again = page.getByRole('button', { name: 'Try again' });
  await again.waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.unroute('**/api/exams/v1/me/attempts');
  await again.click();
  await page.getByRole('link', { name: 'Final' }).waitFor();
});

story('a German learner reads German', async () => {
  const page = await app.open(alice, `/my-exams/${rejected}`, { locale: 'de-DE' });
  await page.getByRole('heading', { name: 'Was geschehen ist' }).waitFor();
  await page.getByText('Die Prüfung wurde abgegeben.').waitFor();
});
