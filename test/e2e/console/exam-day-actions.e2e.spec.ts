import type { Page } from 'playwright-core';
import { courseId, type Person, people, publishedExam, root, roster } from '../../support/service.js';
import { story } from '../browser/chromium.js';
import { openConsole, problemsEverywhere } from './console.js';

const { staff, teacher, alice, bob } = people;
let app: Awaited<ReturnType<typeof openConsole>>;
let exam: number;

const done = async (person: Person, method: string, path: string, body?: object) => {
  const answer = await app.service.request(person, method, path, body);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
};
const poll = (person: Person, id: number) => done(person, 'GET', `${root}/attempt/${id}`);
const begin = async (person: Person): Promise<number> => {
  const asked = { exam_id: exam, attempt_proctored: 'false', start_clock: 'true' };
  return (await done(person, 'POST', `${root}/attempt`, asked)).exam_attempt_id;
};
const openExamDay = async (options: Parameters<typeof app.open>[2] = {}) => {
  const page = await app.open(teacher, `/courses/${encodeURIComponent(courseId)}/exam-day`, options);
  await page.getByRole('toolbar').waitFor();
  return page;
};
/** Opens an action of the toolbar. */
const choose = async (page: Page, name: string) => {
  await page.getByRole('toolbar').getByRole('button', { name, exact: true }).click();
  return page.getByRole('dialog');
};
const click = (page: Page, name: string | RegExp) => page.getByRole('dialog').getByRole('button', { name }).click();
const says = (page: Page, text: string) => page.getByRole('dialog').getByText(text).waitFor();

beforeAll(async () => {
  app = await openConsole();
  await done(staff, 'PUT', '/api/lms/v1/roster', roster);
});
afterAll(() => app.close());

let published = 0;
beforeEach(async () => {
  const listed = [publishedExam(`exam${++published}`, { is_proctored: false })];
  exam = (await done(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, listed))[0].exam_id;
});
afterEach(async () => {
  await app.service.request(teacher, 'POST', `/api/exams/v1/courses/${courseId}/running-attempts/submit`, {
    whole_course: true,
  });
});

story('staff give extra time after a preview, and undo it', async () => {
  const id = await begin(alice);
  const page = await openExamDay();
  expect(await problemsEverywhere(page)).toEqual([]);
  const dialog = await choose(page, 'Extra time');
  await dialog.getByLabel('Minutes').fill('0');
  await dialog.getByRole('alert').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await dialog.getByLabel('Minutes').fill('15');
  await dialog.getByLabel('Reason').fill('The fire alarm rang.');
  await click(page, 'Show the effect');
  await dialog.getByRole('rowheader', { name: 'alice' }).waitFor();
  await says(page, '0:15:00');
  expect(await problemsEverywhere(page)).toEqual([]);
  expect(await poll(alice, id)).toMatchObject({ allowed_time_limit_mins: 30 });

  await click(page, 'Give 1 attempt extra time');
  await says(page, '1 attempt was changed.');
  expect(await poll(alice, id)).toMatchObject({ allowed_time_limit_mins: 45 });
  await click(page, 'Undo');
  await says(page, 'This is undone.');
  expect(await poll(alice, id)).toMatchObject({ allowed_time_limit_mins: 30 });
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('staff pause a room and end the pause, with the keyboard alone', async () => {
  const ids = [await begin(alice), await begin(bob)];
  const page = await openExamDay();
  await page.getByRole('toolbar').getByRole('button', { name: 'Pause', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('button', { name: 'Pause 2 attempts' }).focus();
  await page.keyboard.press('Enter');
  await says(page, '2 attempts were changed.');
  await page.keyboard.press('Escape');
  expect(await page.locator(':focus').textContent()).toBe('Pause');
  const { time_remaining_seconds: left } = await poll(alice, ids[0]!);
  expect((await poll(alice, ids[0]!)).time_remaining_seconds).toBe(left);

  await choose(page, 'Pause');
  await says(page, 'No attempt would change. 2 stay as they are.');
  expect(await page.getByRole('button', { name: 'Pause 0 attempts' }).isDisabled()).toBe(true);
  await page.keyboard.press('Escape');
  await choose(page, 'End the pause');
  await click(page, 'End the pause of 2 attempts');
  await says(page, '2 attempts were changed.');
  const first = (await poll(bob, ids[1]!)).time_remaining_seconds;
  const { time_remaining_seconds: later } = await poll(bob, ids[1]!);
  expect(later).toBeLessThan(first);
});

story('staff pause one learner of several, and the board shows it', async () => {
  const ids = [await begin(alice), await begin(bob)];
  const page = await openExamDay();
  await page
    .getByRole('row', { name: /alice.*Running/ })
    .getByRole('checkbox')
    .check();
  await page.getByRole('toolbar').getByText('For alice').waitFor();
  await choose(page, 'Pause');
  await click(page, 'Pause 1 attempt');
  await says(page, '1 attempt was changed.');
  await page.keyboard.press('Escape');
  await page.getByRole('row', { name: 'alice' }).getByText('Paused').waitFor();
  expect(await page.getByRole('row', { name: 'bob' }).getByText('Paused').count()).toBe(0);
  expect((await poll(bob, ids[1]!)).status).toBe('started');
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('staff write to the learners, who read it at their attempts', async () => {
  const id = await begin(alice);
  const page = await openExamDay();
  const dialog = await choose(page, 'Message');
  expect(await dialog.getByRole('button', { name: 'Show the effect' }).isDisabled()).toBe(true);
  await dialog.getByLabel('Message to the learners').fill('Please stay in your seats.');
  await click(page, 'Show the effect');
  await click(page, 'Write to 1 learner');
  await says(page, '1 attempt was changed.');
  const { entries } = await done(alice, 'GET', `/api/exams/v1/me/attempts/${id}/timeline`);
  expect(entries.at(-1)).toMatchObject({ event: 'message_sent', message: 'Please stay in your seats.' });
});

story('staff submit attempts only after they have seen which', async () => {
  const id = await begin(alice);
  const page = await openExamDay();
  const dialog = await choose(page, 'Submit');
  await dialog.getByRole('rowheader', { name: 'alice' }).waitFor();
  await click(page, 'Cancel');
  expect((await poll(alice, id)).status).toBe('started');
  await choose(page, 'Submit');
  await click(page, 'Submit 1 attempt');
  await says(page, '1 attempt was changed.');
  expect((await poll(alice, id)).status).toBe('submitted');
});

story('staff end attempts with an error, which leaves the time for a resumed attempt', async () => {
  const id = await begin(alice);
  const page = await openExamDay();
  await choose(page, 'Mark as error');
  await click(page, 'Mark 1 attempt as error');
  await says(page, '1 attempt was changed.');
  expect(await poll(alice, id)).toMatchObject({ status: 'error', is_resumable: true });
});

story('staff make up for an outage; an outage that goes on is refused in words', async () => {
  await begin(alice);
  const page = await openExamDay({ timezoneId: 'UTC' });
  const dialog = await choose(page, 'Make up for an outage');
  const minute = (later: number) => new Date(Date.now() + later * 60_000).toISOString().slice(0, 16);
  await dialog.getByLabel('The outage began').fill(minute(-20));
  await dialog.getByLabel('It ended').fill(minute(20));
  await dialog.getByLabel('Reason').fill('The network failed.');
  await click(page, 'Show the effect');
  await dialog.getByRole('alert').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await dialog.getByLabel('It ended').fill(minute(-10));
  await click(page, 'Show the effect');
  await says(page, 'There is nobody to whom this applies.');
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('a refusal by the service is shown, and the same request can be sent again without doing it twice', async () => {
  const id = await begin(alice);
  const page = await openExamDay();
  const dialog = await choose(page, 'Extra time');
  await dialog.getByLabel('Reason').fill('alarm');
  await click(page, 'Show the effect');
  await dialog.getByRole('rowheader', { name: 'alice' }).waitFor();
  // The service does it, and the answer is lost.
  await page.route('**/extra-time', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await click(page, 'Give 1 attempt extra time');
  await dialog.getByRole('alert').waitFor();
  await page.unroute('**/extra-time');
  await click(page, 'Give 1 attempt extra time');
  await says(page, '1 attempt was changed.');
  expect(await poll(alice, id)).toMatchObject({ allowed_time_limit_mins: 40 });
});

story('the actions speak German, too', async () => {
  await begin(alice);
  const page = await openExamDay({ locale: 'de-AT' });
  await choose(page, 'Anhalten');
  await says(page, '1 Versuch ändert sich.');
  expect(await problemsEverywhere(page)).toEqual([]);
});
