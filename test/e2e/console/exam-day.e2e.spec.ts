import type { Page } from 'playwright-core';
import { until } from '../../../libs/event-store/src/testing.js';
import { courseId, people, publishedExam, root, roster } from '../../support/service.js';
import { story } from '../browser/chromium.js';
import { openConsole, problemsEverywhere } from './console.js';

const { staff, alice, bob, teacher } = people;
const address = `/courses/${encodeURIComponent(courseId)}/exam-day`;
let app: Awaited<ReturnType<typeof openConsole>>;
let exams: number[];

beforeAll(async () => {
  app = await openConsole();
  await ask(staff, 'PUT', '/api/lms/v1/roster', {
    ...roster,
    users: roster.users.map((user) => ({ ...user, full_name: `${user.username} the Learner` })),
  });
  const listed = [publishedExam('midterm'), publishedExam('final')];
  const published = await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, listed);
  exams = published.map(({ exam_id }: { exam_id: number }) => exam_id);
});
afterAll(() => app.close());

async function ask(...request: Parameters<typeof app.service.request>) {
  const { status, body } = await app.service.request(...request);
  expect({ request, status, body }).toMatchObject({ status: 200 });
  return body;
}
const start = async (person: typeof alice, exam: number): Promise<number> =>
  (await ask(person, 'POST', `${root}/attempt`, { exam_id: exam, attempt_proctored: 'true', start_clock: 'true' }))
    .exam_attempt_id;
const put = (person: typeof alice, attempt: number, action: string) =>
  ask(person, 'PUT', `${root}/attempt/${attempt}`, { action });
const rowOf = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(name) });
const pages: Page[] = [];
const openPage = async (path: string) => {
  const page = await app.open(teacher, path);
  pages.push(page);
  return page;
};
// A user may have few streams.
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close();
});
const open = async (path = address) => {
  const page = await openPage(path);
  await page.getByText('Live', { exact: true }).waitFor();
  return page;
};

let attempt: number;

story('a member of the course staff opens the board before anybody begins', async () => {
  const page = await open();
  await page.getByText('Nobody takes an exam of this course now', { exact: false }).waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('an attempt appears by itself, its time counts down, and its end is shown', async () => {
  const page = await open();
  attempt = await start(alice, exams[0]!);
  const row = rowOf(page, 'alice the Learner');
  await row.getByText('Running', { exact: true }).waitFor();
  const left = row.getByText(/^0:(29|30):\d\d$/);
  const before = await left.textContent();
  await until('a second has passed', async () => (await left.textContent()) !== before);
  await ask(alice, 'GET', `${root}/attempt/${attempt}`);
  await row.getByText(/second|now/).waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await put(alice, attempt, 'submit');
  await row.getByText('Submitted').waitFor();
  await row.getByText(/^ended/).waitFor();
});

story('filters are in the address, so that a link shows the same', async () => {
  attempt = await start(bob, exams[1]!);
  const page = await open();
  await rowOf(page, 'alice').waitFor();
  await page.getByRole('button', { name: /Running$/ }).click();
  await page.getByLabel('Search by name').fill('bob');
  await page.getByLabel('Exam', { exact: true }).selectOption('final');
  await rowOf(page, 'alice').waitFor({ state: 'detached' });
  const link = new URL(page.url());
  const second = await open(link.pathname.replace('/console', '') + link.search);
  await rowOf(second, 'bob').waitFor();
  expect(await rowOf(second, 'alice').count()).toBe(0);
  await second.getByLabel('Search by name').fill('nobody');
  await second.getByText('No attempt matches these filters.').waitFor();
  expect(await problemsEverywhere(second)).toEqual([]);
});

story('two filters that change in the same tick are both in the address', async () => {
  const page = await open();
  const choices = page.getByRole('group', { name: 'Attempts by status' });
  await choices.evaluate((group: any) => {
    const buttons = [...group.querySelectorAll('button')];
    for (const button of [buttons[1], buttons.at(-1)]) button.click();
  });
  await page.waitForURL('**/exam-day?status=running&warned=1');
});

story('a learner whose page is silent has a warning in words', async () => {
  const page = await openPage('/');
  await page.clock.install();
  await page.goto(`${app.service.url}/console${address}`);
  const row = rowOf(page, 'bob');
  await row.waitFor();
  expect(await row.getByText('No poll for 2 minutes').count()).toBe(0);
  await page.clock.fastForward('03:10');
  await row.getByText('No poll for 2 minutes').waitFor();
  await page.getByRole('button', { name: /With warnings$/ }).click();
  await rowOf(page, 'alice').waitFor({ state: 'detached' });
});

story('the keyboard alone sorts, selects one and selects all', async () => {
  const page = await open();
  await rowOf(page, 'bob').waitFor();
  await page.getByRole('button', { name: 'Learner' }).focus();
  await page.keyboard.press('Enter');
  await page
    .getByRole('columnheader', { name: 'Learner', exact: false })
    .and(page.locator('[aria-sort=ascending]'))
    .waitFor();
  await page.getByRole('checkbox', { name: 'Select bob the Learner' }).focus();
  await page.keyboard.press('Space');
  expect(await page.getByRole('row', { selected: true }).count()).toBe(1);
  await page.getByRole('checkbox', { name: 'Select all 2 attempts shown' }).focus();
  await page.keyboard.press('Space');
  expect(await page.getByRole('row', { selected: true }).count()).toBe(2);
});

story('two tabs follow the same exam', async () => {
  const page = await open();
  const other = await page.context().newPage();
  await other.goto(`${app.service.url}/console${address}`);
  await put(bob, attempt, 'stop');
  for (const each of [page, other]) await rowOf(each, 'bob').getByText('About to submit').waitFor();
});

story('while the connection is lost the page says so, and afterwards it has what was missed', async () => {
  const page = await openPage('/');
  await page.clock.install();
  await page.goto(`${app.service.url}/console${address}`);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.route('**/changes', (route) => route.abort());
  await page.clock.fastForward('00:50');
  await page.getByText(/^Reconnecting since/).waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await put(bob, attempt, 'submit');
  expect(await rowOf(page, 'bob').getByText('Submitted').count()).toBe(0);
  await page.unroute('**/changes');
  await page.getByRole('button', { name: 'Try again' }).click();
  await rowOf(page, 'bob').getByText('Submitted').waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
});

story('if the attempts cannot be listed, the page says it and tries again', async () => {
  const page = await openPage('/');
  await page.route('**/running-attempts', (route) => route.abort());
  await page.goto(`${app.service.url}/console${address}`);
  await page.getByRole('alert').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.unroute('**/running-attempts');
  await page.getByRole('button', { name: 'Try again' }).click();
  await rowOf(page, 'bob').waitFor();
});

story('ten thousand attempts are one list, and the page has only the visible rows', async () => {
  const { owner } = app.service.database;
  await owner.query(
    `insert into users (id, username, email, full_name)
     select n, 'learner' || n, n || '@example.org', 'Learner ' || n from generate_series(10001, 20000) n`,
  );
  await owner.query(
    `insert into attempts select copy.* from attempts original, generate_series(10001, 20000) n,
       jsonb_populate_record(original, jsonb_build_object('id', n, 'user_id', n, 'attempt_code', 'code ' || n, 'status', 'started',
         'completed_at', null, 'expires_at', now() + interval '1 hour')) copy where original.id = $1`,
    [attempt],
  );
  const page = await open();
  await page.getByRole('button', { name: '10,000 Running' }).click();
  const table = page.getByRole('table', { name: 'Running attempts' });
  await until('all rows are counted', async () => (await table.getAttribute('aria-rowcount')) === '10001');
  expect(await table.getByRole('row').count()).toBeLessThan(80);
  await page
    .getByRole('region', { name: 'Running attempts' })
    .evaluate((box: any) => box.scrollTo(0, box.scrollHeight));
  await until('the last row is there', async () => (await table.locator('[aria-rowindex="10001"]').count()) === 1);
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('checkbox', { name: 'Select all 10,000 attempts shown' }).check();
  await page
    .getByText(/10,000 .*attempts/)
    .first()
    .waitFor();
  await page.getByLabel('Search by name').fill('Learner 15000');
  await until('one is found', async () => (await table.getAttribute('aria-rowcount')) === '2');
  await rowOf(page, 'Learner 15000').waitFor();
});
