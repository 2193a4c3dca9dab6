import type { Page } from 'playwright-core';
import { until } from '../../../libs/event-store/src/testing.js';
import { PretendedProvider } from '../../../libs/providers/src/testing.js';
import { courseId, people, publishedExam, root, roster } from '../../support/service.js';
import { story } from '../browser/chromium.js';
import { openConsole, problemsEverywhere } from './console.js';

const { staff, alice, bob } = people;
const superuser = { user_id: 9, preferred_username: 'root', administrator: true, superuser: true };
const at = (path: string) => `/api/operations/v1/${path}`;

let provider: PretendedProvider;
let app: Awaited<ReturnType<typeof openConsole>>;
let attemptOfBob: number;

/** The provider refuses to hear of two submissions, and a review of bob's came while the exam was not proctored. */
beforeAll(async () => {
  provider = await PretendedProvider.open();
  const rest = { base_url: provider.url, client_id: 'lms', client_secret: 'planted secret', verbose_name: 'Watchers' };
  app = await openConsole({ PROCTORING_BACKENDS: { DEFAULT: 'rest', rest } });
  const { request } = app.service;
  await request(staff, 'PUT', '/api/lms/v1/roster', roster);
  const publish = (more: object) =>
    request(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, [publishedExam('midterm', more)]);
  const [{ exam_id: exam }] = (await publish({})).body;
  provider.mood = ({ route }) => (route.startsWith('PATCH') ? { status: 400 } : undefined);
  const submit = async (person: typeof alice) => {
    const asked = { exam_id: exam, attempt_proctored: 'true' };
    const id = (await request(person, 'POST', `${root}/attempt`, asked)).body.exam_attempt_id;
    await request(person, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
    return id;
  };
  await submit(alice);
  attemptOfBob = await submit(bob);
  const { external_id } = (await request(bob, 'GET', `${root}/attempt/${attemptOfBob}`)).body;
  await publish({ is_proctored: false });
  await request(staff, 'POST', `${root}/attempt/${external_id}/reviewed`, { status: 'passed', comments: [] });
  await publish({});
  await until('both submissions are dead letters', async () => (await count('dead-letters')) === 2);
}, 120_000);
afterAll(async () => {
  await app.close();
  await provider.close();
});

const count = async (path: string): Promise<number> => (await app.service.request(staff, 'GET', at(path))).body.count;

const open = async (path: string, person: typeof staff | typeof superuser = superuser): Promise<Page> => {
  const page = await app.open(person, `/operations${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
};

story('the overview says what is wrong and leads to it', async () => {
  const page = await open('');
  await page.getByText('provider rest could not deliver 2 events.').waitFor();
  await page.getByText('1 refused review waits for a decision.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  const finding = page.getByRole('listitem').filter({ hasText: 'could not deliver' });
  await finding.getByRole('link', { name: 'Show' }).click();
  await page.getByRole('table', { name: 'Dead letters' }).waitFor();
  expect(page.url()).toContain('subscription=provider');
});

story('an operator sees the event of a dead letter and why it failed', async () => {
  const page = await open('/dead-letters');
  await page.getByRole('table', { name: 'Dead letters' }).waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByLabel('Learner').fill(String(bob.user_id));
  await until('one row is left', async () => (await page.getByRole('row').count()) === 2);
  await page.getByRole('table').getByRole('link').first().click();
  await page.getByRole('heading', { name: 'Dead letter' }).waitFor();
  await page.getByRole('heading', { name: 'provider rest' }).waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.goBack();
  expect(await page.getByLabel('Learner').inputValue()).toBe(String(bob.user_id));
});

story('staff who are no superusers see no buttons that change something', async () => {
  const page = await open('/dead-letters', staff);
  await page.getByRole('table', { name: 'Dead letters' }).waitFor();
  expect(await page.getByRole('button', { name: /Retry|Skip/ }).count()).toBe(0);
  await page.goto(`${app.service.url}/console/operations/callbacks`);
  await page.getByRole('table', { name: 'Refused reviews' }).waitFor();
  expect(await page.getByRole('button', { name: /Judge|Discard/ }).count()).toBe(0);
});

story('a superuser skips one with a reason, after the consequence was said', async () => {
  const page = await open(`/dead-letters?user_id=${bob.user_id}`);
  await page.getByRole('button', { name: 'Skip' }).click();
  const dialog = page.getByRole('dialog', { name: 'Skip this event?' });
  await dialog.getByText('The provider will never be notified').waitFor();
  await dialog.getByText(`learner ${bob.user_id}`).waitFor();
  expect(await dialog.getByRole('button', { name: 'Skip' }).isDisabled()).toBe(true);
  expect(await problemsEverywhere(page)).toEqual([]);
  await dialog.getByLabel('Reason').fill('The provider has no such attempt.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
  const actions = page.getByRole('table', { name: 'Retries and skips' });
  await actions.getByText('Done').waitFor();
  await actions.getByText('The provider has no such attempt.').waitFor();
  expect(await count('dead-letters')).toBe(1);
});

story('a superuser retries the others when the provider is well again', async () => {
  const page = await open('/dead-letters?subscription=provider%20rest');
  provider.mood = () => undefined;
  await page.getByRole('button', { name: 'Retry all' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
  await until('it is delivered', async () => (await count('dead-letters')) === 0);
  expect(provider.taken.some(({ route }) => route.startsWith('PATCH'))).toBe(true);
  await page.getByRole('row', { name: /^Retry Done/ }).waitFor();
});

story('a refused review is judged again, or discarded', async () => {
  const page = await open('/callbacks');
  await page.getByRole('row').getByText('Exam no longer proctored').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('dialog').getByText('deleted for ever').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Judge again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Judge again' }).click();
  await page.getByText('The review was accepted.').waitFor();
  await page.getByText('No review waits.').waitFor();
  expect((await app.service.request(bob, 'GET', `${root}/attempt/${attemptOfBob}`)).body.status).toBe('verified');
});

story('subscriptions, providers and deliveries show what was done and what failed', async () => {
  const page = await open('/subscriptions');
  const rest = page.getByRole('row', { name: /provider rest/ });
  await rest.getByText('Runs').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('link', { name: 'Providers' }).click();
  await page.getByRole('heading', { name: 'rest' }).waitFor();
  await page.getByText('Reachable').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('link', { name: 'Deliveries' }).click();
  await page.getByLabel('Subscription').selectOption('provider rest');
  await page.getByRole('table', { name: 'Delivered last' }).waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('the settings are searched, and show no secret', async () => {
  const page = await open('/settings');
  await page.getByLabel('Search').fill('client_secret');
  const row = page.getByRole('row', { name: /client_secret/ });
  expect(await row.textContent()).toContain('Set');
  expect(await page.content()).not.toContain('planted secret');
  await page.getByLabel('Search').fill('');
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('the health of the last hours is a chart and a table', async () => {
  const page = await open('/health?measure=waiting');
  await page.getByRole('img', { name: 'Events that wait' }).locator('canvas').waitFor();
  await page
    .getByRole('table', { name: 'Events that wait' })
    .getByRole('row', { name: /provider rest/ })
    .waitFor();
  await page.getByText('The service was ready in each recorded minute.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('a failure of the service is said, and trying again helps', async () => {
  const page = await open('/settings');
  await page.route('**/operations/v1/subscriptions', (route) =>
    route.fulfill({ status: 400, contentType: 'application/json', body: '{"detail":"Not now."}' }),
  );
  await page.getByRole('link', { name: 'Subscriptions' }).click();
  await page.getByRole('alert').getByText('Not now.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.unroute('**/operations/v1/subscriptions');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('table', { name: 'Subscriptions' }).waitFor();
});
