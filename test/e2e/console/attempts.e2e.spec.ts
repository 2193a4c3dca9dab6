import type { Page } from 'playwright-core';
import {
  contentId,
  courseId,
  type Person,
  people,
  publishedExam,
  root,
  roster,
  tokenOf,
} from '../../support/service.js';
import { story } from '../browser/chromium.js';
import { openConsole, problemsEverywhere } from './console.js';

/** The pages have these. */
declare const sessionStorage: any;
declare const document: any;

const { staff, alice, bob, teacher } = people;
const dean: Person = { user_id: 9, preferred_username: 'dean' };
const home = `/courses/${encodeURIComponent(courseId)}/attempts`;

let app: Awaited<ReturnType<typeof openConsole>>;
let published = 0;
let exam: { id: number; name: string };

const done = async (person: Person, method: string, path: string, body?: object) => {
  const { status, body: answer } = await app.service.request(person, method, path, body);
  if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
  return answer;
};

beforeAll(async () => {
  app = await openConsole();
  await done(staff, 'PUT', '/api/lms/v1/roster', {
    ...roster,
    users: [...roster.users, { id: 9, username: 'dean', email: 'dean@example.org' }],
    course_staff: [...roster.course_staff, { user: 'dean', course_id: courseId }],
  });
});
afterAll(() => app.close());

/** Each story has an exam of its own. */
beforeEach(async () => {
  const name = `Exam ${++published}`;
  const listed = [...Array(published)].map((_, index) => ({
    ...publishedExam(`Exam ${index + 1}`),
    content_id: contentId(`exam${index + 1}`),
  }));
  const answer = await done(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, listed);
  exam = { id: answer.at(-1).exam_id, name };
});

const begin = async (person: Person): Promise<number> =>
  (await done(person, 'POST', `${root}/attempt`, { exam_id: exam.id, attempt_proctored: 'true', start_clock: 'true' }))
    .exam_attempt_id;
const sit = async (person: Person) => {
  const id = await begin(person);
  await done(person, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
  return id;
};
const reject = (id: number, person: Person = teacher) =>
  done(person, 'POST', `/api/exams/v1/attempts/${id}/reject`, { reason: 'Notes on the desk' });
const appeal = (id: number, person: Person = alice) =>
  done(person, 'POST', `/api/exams/v1/me/attempts/${id}/appeal`, { reason: 'They are the allowed formulas' });
const statusOf = async (id: number) => (await done(staff, 'GET', `/api/exams/v1/attempts/${id}`)).attempt.status;
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 }).waitFor();
const openAttempt = async (id: number, person: Person = teacher) => {
  const page = await app.open(person, `${home}/${id}`);
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  return page;
};
/** Signs the page out, as the platform does after some time. */
const endSession = (page: Page) => page.evaluate(() => sessionStorage.setItem('token', 'ended'));

story('staff find attempts by name, status and exam, and the address keeps what they chose', async () => {
  await sit(alice);
  const first = await begin(bob);
  await done(bob, 'PUT', `${root}/attempt/${first}`, { action: 'error' });
  await done(teacher, 'PUT', `${root}/attempt/${first}`, { action: 'mark_ready_to_resume', user_id: bob.user_id });
  await begin(bob);
  const page = await app.open(teacher, home);
  await heading(page, 'Attempts');
  await page.getByLabel('Exam', { exact: true }).selectOption(exam.name);
  const names = async (...expected: string[]) => {
    const links = page.getByRole('rowheader').getByRole('link');
    await page.getByText(new RegExp(`^${expected.length} results?$`)).waitFor();
    expect(await links.allTextContents()).toEqual(expected);
  };
  await names('bob', 'alice');
  await page.getByRole('button', { name: 'Learner' }).click();
  await page.getByRole('columnheader', { name: 'Learner' }).and(page.locator('[aria-sort=ascending]')).waitFor();
  await names('alice', 'bob');
  await page.getByText('1 earlier').click();
  expect(await page.getByRole('list').getByText('Error').count()).toBe(1);
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByLabel('Status').selectOption('Submitted');
  await names('alice');
  await page.reload();
  await names('alice');
  await page.getByLabel('Learner').fill('nobody');
  await page.getByText('No attempt matches these filters.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  expect(page.url()).toMatch(/sort=learner.*search=nobody|search=nobody.*sort=learner/);
});

story('the list is saved as a file', async () => {
  await sit(alice);
  const page = await app.open(teacher, `${home}?exam=${exam.id}`);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  expect((await download).suggestedFilename()).toMatch(/^attempts.*\.csv$/);
});

story('an attempt shows its timeline, reviews, allowances and deliveries', async () => {
  await done(teacher, 'PUT', '/api/edx_proctoring/v1/proctored_exam/allowance', {
    exam_id: exam.id,
    user_info: 'alice',
    key: 'additional_time_granted',
    value: '15',
  });
  const id = await sit(alice);
  const comments = [{ comment: 'Looked away', status: 'Suspicious', start: 65, stop: 70, duration: 5 }];
  await done(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, { status: 'suspicious', comments });
  const page = await app.open(teacher, home);
  await page.getByRole('rowheader').getByRole('link', { name: 'alice' }).first().click();
  await heading(page, `alice · ${exam.name}`);
  await page.getByText('The exam was handed in.').waitFor();
  await page.getByText('Looked away').waitFor();
  await page.getByText('0:01:05–0:01:10').waitFor();
  await page.getByText('15 more minutes').waitFor();
  await page.getByRole('table', { name: 'Deliveries' }).getByText('Notification of the provider').first().waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.goBack();
  await heading(page, 'Attempts');
});

story('a rejection names the learner and what follows, and needs a reason', async () => {
  const id = await sit(alice);
  const page = await openAttempt(id);
  await page.getByRole('button', { name: 'Reject' }).click();
  const dialog = page.getByRole('dialog', { name: 'Reject the attempt of alice?' });
  await dialog.getByText('The grade of the exam is set to zero.').waitFor();
  await dialog.getByText('The credit requirement becomes: failed.').waitFor();
  await dialog.getByText('alice gets a mail', { exact: false }).waitFor();
  const button = dialog.getByRole('button', { name: 'Reject' });
  expect(await button.isDisabled()).toBe(true);
  expect(await problemsEverywhere(page)).toEqual([]);
  await dialog.getByLabel('Reason').fill('Notes on the desk');
  await button.click();
  await page.getByText('The rejection of the attempt of alice is recorded.').waitFor();
  await page.getByText('Notes on the desk').waitFor();
  expect(await statusOf(id)).toBe('rejected');
});

story('staff verify an attempt by the keyboard alone', async () => {
  const id = await sit(alice);
  const page = await app.open(teacher, `${home}?exam=${exam.id}`);
  const press = async (until: string) => {
    for (let index = 0; index < 60; index++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => document.activeElement?.textContent);
      if (focused === until) return page.keyboard.press('Enter');
    }
    throw new Error(`The focus does not reach ${until}.`);
  };
  await page.getByRole('rowheader').waitFor();
  await press('alice');
  await heading(page, `alice · ${exam.name}`);
  await page.getByRole('button', { name: 'Verify' }).waitFor();
  await press('Verify');
  await page.getByRole('dialog').waitFor();
  const isInReason = () => page.getByLabel('Reason').evaluate((field: any) => field.matches(':focus'));
  for (let index = 0; index < 5 && !(await isInReason()); index++) await page.keyboard.press('Tab');
  await page.keyboard.type('Nothing was wrong');
  await press('Verify');
  await page.getByText('The attempt of alice is verified.').waitFor();
  expect(await statusOf(id)).toBe('verified');
});

story('a reason that is being written outlives the session', async () => {
  const id = await sit(alice);
  const page = await openAttempt(id);
  await page.getByRole('button', { name: 'Reject' }).click();
  const reason = page.getByRole('dialog', { name: 'Reject the attempt of alice?' }).getByLabel('Reason');
  await reason.fill('A long reason that nobody wants to write twice');
  await endSession(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
  const signIn = page.getByRole('dialog', { name: 'Your session has ended' });
  await signIn.getByLabel('Token').fill(await tokenOf(teacher));
  await signIn.getByRole('button', { name: 'Sign in' }).click();
  await signIn.waitFor({ state: 'detached' });
  expect(await reason.inputValue()).toBe('A long reason that nobody wants to write twice');
  await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
  await page.getByText('The rejection of the attempt of alice is recorded.').waitFor();
  expect(await statusOf(id)).toBe('rejected');
});

story('a refusal is shown, because somebody else was faster', async () => {
  const id = await sit(alice);
  const page = await openAttempt(id);
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByLabel('Reason').fill('All is well');
  await done(dean, 'POST', `/api/exams/v1/attempts/${id}/verify`, { reason: 'I was faster' });
  await page.getByRole('dialog').getByRole('button', { name: 'Verify' }).click();
  await page.getByRole('alert').getByText('An attempt that is verified cannot be verified.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('staff let a learner resume, and remove the attempt', async () => {
  const id = await begin(alice);
  await done(alice, 'PUT', `${root}/attempt/${id}`, { action: 'error' });
  const page = await openAttempt(id);
  await page.getByRole('button', { name: 'Let resume' }).click();
  const dialog = page.getByRole('dialog', { name: 'Let alice resume the exam?' });
  await dialog.getByText('with 29 minutes left', { exact: false }).waitFor();
  await dialog.getByRole('button', { name: 'Let resume' }).click();
  await page.getByText('The learner may resume the exam.').waitFor();
  expect(await page.getByRole('button', { name: 'Let resume' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Remove this attempt' }).click();
  await page.getByRole('dialog').getByText('The answers of alice in this exam are erased', { exact: false }).waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('dialog').getByRole('button', { name: 'Remove this attempt' }).click();
  await heading(page, 'Attempts');
  await page.goto(`${app.service.url}/console${home}/${id}`);
  await page.getByRole('alert').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('another person answers an appeal, and the one who judged cannot', async () => {
  const id = await sit(alice);
  await reject(id);
  await appeal(id);
  const judge = await app.open(teacher, `${home}/appeals`);
  await judge.getByText('Another person must answer the appeal.', { exact: false }).waitFor();
  expect(await judge.getByRole('button', { name: /^Answer the appeal/ }).count()).toBe(0);
  const page = await app.open(dean, `${home}/appeals?state=open`);
  await page.getByRole('button', { name: 'Answer the appeal of alice' }).click();
  const dialog = page.getByRole('dialog', { name: 'Answer the appeal' });
  await dialog.getByText('They are the allowed formulas').waitFor();
  await dialog.getByText('Notes on the desk').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Uphold the appeal' }).click();
  const asked = page.getByRole('dialog', { name: 'Uphold the appeal of alice?' });
  await asked.getByText('The grade of the exam is no longer overridden.').waitFor();
  await asked.getByLabel('Reason').fill('The formulas are allowed');
  await asked.getByRole('button', { name: 'Uphold the appeal' }).click();
  await page.getByText('There is no such appeal in this course.').waitFor();
  expect(await statusOf(id)).toBe('verified');
  await page.getByLabel('State').selectOption('Answered');
  await page.getByRole('table', { name: 'Appeals' }).getByText('Upheld').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

describe('in a course that demands two people', () => {
  const demandTwo = (second_person_for_rejection: boolean) =>
    done(staff, 'PUT', '/api/lms/v1/roster', { courses: [{ ...roster.courses[0], second_person_for_rejection }] });
  beforeAll(() => demandTwo(true));
  afterAll(() => demandTwo(false));

  story('a rejection is a proposal first', async () => {
    const id = await sit(alice);
    const page = await openAttempt(id);
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByLabel('Reason').fill('Notes on the desk');
    await page.getByRole('button', { name: 'Propose the rejection' }).click();
    await page.getByText('teacher proposed to reject this attempt.', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: 'Reject', exact: true }).count()).toBe(0);
    expect(await problemsEverywhere(page)).toEqual([]);
    const second = await openAttempt(id, dean);
    await second.getByRole('button', { name: 'Reject', exact: true }).click();
    await second.getByLabel('Reason').fill('I saw them, too');
    await second.getByRole('dialog').getByRole('button', { name: 'Reject', exact: true }).click();
    await second.getByText('I saw them, too').waitFor();
    expect(await statusOf(id)).toBe('rejected');
  });

  story('a refusal of the service is shown in its own words', async () => {
    const id = await sit(alice);
    const page = await openAttempt(id);
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByLabel('Reason').fill('Notes on the desk');
    // In another tab.
    await reject(id);
    await page.getByRole('button', { name: 'Propose the rejection' }).click();
    const alert = page.getByRole('dialog').getByRole('alert');
    await alert.getByText('You proposed to reject it. Another person must confirm that.').waitFor();
  });
});

story('the pages speak German, and say what fails', async () => {
  const id = await sit(alice);
  await done(staff, 'GET', `/api/exams/v1/attempts/${id}`);
  const page = await app.open(teacher, `${home}/${id}`, { locale: 'de-AT' });
  await page.getByText('Die Prüfung wurde abgegeben.').waitFor();
  await page.getByRole('button', { name: 'Ablehnen' }).click();
  await page.getByText('Die Note der Prüfung wird auf null gesetzt.').waitFor();
  await page.keyboard.press('Escape');
  await page.route('**/api/exams/v1/courses/**', (route) =>
    route.fulfill({ status: 503, json: { detail: 'The service is busy. Please try again.' } }),
  );
  await page.getByRole('link', { name: 'Alle Versuche' }).click();
  await page.getByRole('alert').getByText('The service is busy. Please try again.').waitFor({ timeout: 20_000 });
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.unroute('**/api/exams/v1/courses/**');
  await page.getByRole('button', { name: 'Noch einmal versuchen' }).click();
  await page.getByRole('table', { name: 'Versuche' }).waitFor();
});
