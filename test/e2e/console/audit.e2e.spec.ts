import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { until } from '../../../libs/event-store/src/testing.js';
import { privateKeyOf, publicBytesOf, signerOf } from '../../../libs/merkle-log/src/index.js';
import { courseId, people, publishedExam, root, roster } from '../../support/service.js';
import { type WitnessProcess, witnessProcess } from '../../support/witness.js';
import { story } from '../browser/chromium.js';
import { openConsole, problemsEverywhere, problemsOf } from './console.js';

const { staff, alice, bob, teacher } = people;
const auditor = { user_id: 9, preferred_username: 'auditor', scopes: ['audit:read'] };
const origin = 'exams.example.org/log';
const seed = Buffer.alloc(32, 7);
const logKey = publicBytesOf(privateKeyOf(seed)).toString('base64');

const folder = mkdtempSync(join(tmpdir(), 'proctoring-console-audit-'));
let witness: WitnessProcess;
let app: Awaited<ReturnType<typeof openConsole>>;
let attempt: number;
let changed: number;

const ask = (...request: Parameters<typeof app.service.request>) => app.service.request(...request);

const published = [publishedExam('midterm'), publishedExam('final')];
const publish = async (listed: object): Promise<number[]> => {
  const { body } = await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, listed);
  return body.map(({ exam_id }: { exam_id: number }) => exam_id);
};

/** An attempt of this person that was submitted. */
async function take(person: typeof alice | typeof bob, examId: number): Promise<number> {
  const body = { exam_id: examId, attempt_proctored: 'true', start_clock: 'true' };
  const { exam_attempt_id } = (await ask(person, 'POST', `${root}/attempt`, body)).body;
  for (const action of ['stop', 'start', 'stop', 'submit'])
    await ask(person, 'PUT', `${root}/attempt/${exam_attempt_id}`, { action });
  return exam_attempt_id;
}

/** Waits until a signed checkpoint, which the witness has cosigned, covers all events of the attempt. */
const isCovered = (id: number) =>
  until(`attempt ${id} is covered`, async () => {
    const { body } = await ask(auditor, 'GET', `/api/audit/v1/attempts/${id}/history`);
    const state = await ask(auditor, 'GET', '/api/audit/v1/log/state');
    return body.not_covered_since === null && state.body.witnesses[0].cosigned_at !== null;
  });

beforeAll(async () => {
  writeFileSync(join(folder, 'key'), seed.toString('base64'));
  witness = await witnessProcess('witness.example.org', [signerOf(origin, privateKeyOf(seed)).vkey]);
  app = await openConsole(
    {},
    {
      ...{ LOG_ORIGIN: origin, LOG_SIGNING_KEY_FILE: join(folder, 'key') },
      WITNESSES: `${witness.vkey} ${witness.url}/`,
    },
  );
  await ask(staff, 'PUT', '/api/lms/v1/roster', roster);
  const exams = await publish(published);
  [attempt, changed] = [await take(alice, exams[0]!), await take(bob, exams[1]!)];
  await isCovered(attempt);
  await isCovered(changed);
});
afterAll(async () => {
  await app?.close();
  await witness?.close();
  rmSync(folder, { recursive: true });
});

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
const events = (page: Page) => page.getByRole('list', { name: 'Events' }).getByRole('listitem');

story('an auditor searches the log; the filters are in the address, and the back button undoes them', async () => {
  const page = await app.open(auditor, '/audit');
  await heading(page, 'Search in the log');
  await events(page).first().waitFor();
  const all = await events(page).count();
  await page.getByLabel('Attempt').fill(String(attempt));
  await page.getByRole('button', { name: 'Search' }).click();
  await page.waitForURL(`**/audit?attempt_id=${attempt}`);
  await until('six events are shown', async () => (await events(page).count()) === 6);
  expect(await events(page).first().textContent()).toContain('The exam was submitted');
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByLabel('What happened').selectOption({ label: 'The learner appealed' });
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('Nothing matches this search.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.goBack();
  await page.goBack();
  await until('all events are shown again', async () => (await events(page).count()) === all);
  expect(await page.getByLabel('Attempt').inputValue()).toBe('');
});

story('a member of the course staff finds the events of her course alone, and no access log', async () => {
  const page = await app.open(teacher, '/audit');
  await events(page).first().waitFor();
  expect(await page.getByRole('link', { name: 'Access log' }).count()).toBe(0);
  expect(await events(page).filter({ hasText: 'A key of the log was introduced' }).count()).toBe(0);
});

story('somebody without a mouse moves through the history of an attempt by the slider', async () => {
  const page = await app.open(auditor, `/audit/attempts/${attempt}`);
  const slider = page.getByRole('slider', { name: 'The attempt after the event' });
  await slider.waitFor();
  expect(await slider.getAttribute('aria-valuetext')).toBe('Event 6 of 6: The exam was submitted');
  await slider.focus();
  await page.keyboard.press('Home');
  await until('it is at the first event', async () => (await slider.inputValue()) === '0');
  await page.keyboard.press('ArrowRight');
  const changes = page.getByRole('row').filter({ hasText: 'Changed' });
  await until('the status has changed', async () =>
    (await changes.allTextContents()).some((row) => /Status.*createdstarted/.test(row)),
  );
  expect(await slider.getAttribute('aria-valuetext')).toBe('Event 2 of 6: The exam began, and the clock started');
  expect(new URL(page.url()).searchParams.get('version')).toBe('2');
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('the causes of an attempt are a tree with the delivery of each message', async () => {
  const page = await app.open(auditor, `/audit/attempts/${attempt}`);
  await page.getByRole('button', { name: 'Show what led to what' }).click();
  await page.getByText('A command by user 2').first().waitFor();
  expect(await page.getByText('A command by user 2').count()).toBe(5);
  await page.getByText('Notification of the provider').first().waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('the browser verifies the events itself, and shows the path up to the signed root and the witness', async () => {
  const page = await app.open(auditor, `/audit/attempts/${attempt}`);
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText('6 events are in the log as it was signed.').waitFor();
  await page.getByText('The keys came from this service.').waitFor();
  await page.getByText('Cosigned by a witness').waitFor();
  await page.getByText('Event 2 · ').click();
  const roots = page.locator('details[open]').getByText('Root that follows');
  await roots.waitFor();
  expect(await page.getByText(/Step 1: joined with the/).count()).toBeGreaterThan(0);
  expect(await problemsEverywhere(page)).toEqual([]);

  for (const [key, words] of [
    [logKey, 'Signed by your key'],
    [witness.vkey, 'Cosigned by your witness'],
  ] as const) {
    await page.getByLabel('A key that you have from elsewhere').fill(key);
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText(words).waitFor();
    expect(await page.getByText('The keys came from this service.').count()).toBe(0);
  }
  await page.getByLabel('A key that you have from elsewhere').fill(Buffer.alloc(32, 1).toString('base64'));
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText('The key that you gave has not signed the checkpoint.').waitFor();
  await page.getByLabel('A key that you have from elsewhere').fill('no key');
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText('This is not a public key in base64').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('an event that the owner of the database changed is named, with the reason', async () => {
  const { owner } = app.service.database;
  const change = `update events set data = replace(data::text, '"effects":[', '"effects":[{"kind":"planted"},')::json
    where type = 'AttemptStarted' and (data->>'attemptId')::int = ${changed}`;
  await owner.query(`alter table events disable trigger all; alter table events_0 disable trigger all; ${change}`);
  const page = await app.open(auditor, `/audit/attempts/${changed}`);
  await page.getByRole('alert').getByText('The service says that the events were changed').waitFor();
  await page.getByRole('button', { name: 'Verify now' }).click();
  const verdict = page.getByRole('alert').filter({ hasText: 'Its content was changed after it was recorded' });
  await verdict.waitFor();
  expect(await verdict.textContent()).toContain('Event 2 (The exam began, and the clock started)');
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('a browser that knows no Ed25519 compares the hashes, and says that it checked no signature', async () => {
  const page = await app.open(auditor, `/audit/attempts/${attempt}`);
  await page.evaluate(() => {
    const { subtle } = crypto;
    subtle.importKey = () => Promise.reject(new DOMException('unknown', 'NotSupportedError'));
  });
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText('Your browser cannot check Ed25519 signatures.').waitFor();
  expect(await page.getByText('in the log as it was signed').count()).toBe(0);
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('the evidence is downloaded as a zip and as PDF, and a search as CSV', async () => {
  const page = await app.open(auditor, `/audit/attempts/${attempt}`);
  const saved = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  };
  const zip = await saved('Download the evidence');
  expect([zip.name, zip.bytes.subarray(0, 2).toString()]).toEqual([`attempt-${attempt}.zip`, 'PK']);
  const pdf = await saved('Timeline as PDF');
  expect([pdf.name, pdf.bytes.subarray(0, 5).toString()]).toEqual([`attempt-${attempt}.pdf`, '%PDF-']);
  await page.goto(`${app.service.url}/console/audit?attempt_id=${attempt}`);
  const csv = await saved('Export CSV');
  expect(csv.bytes.toString().trim().split('\r\n')).toHaveLength(7);
});

story('the access log says who searched, and leads to the attempt', async () => {
  const page = await app.open(auditor, `/audit/access?user_id=${auditor.user_id}&object=attempt:${attempt}`);
  await heading(page, 'Access log');
  await page
    .getByRole('link', { name: `attempt:${attempt}` })
    .first()
    .waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page
    .getByRole('link', { name: `attempt:${attempt}` })
    .first()
    .click();
  await heading(page, `Attempt ${attempt}`);
});

story('another time limit is compared, and each attempt with another outcome is listed', async () => {
  const page = await app.open(teacher, '/audit/what-if');
  await page.getByLabel('Course').fill(courseId);
  await page.getByLabel('Time limit in minutes').fill('45');
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.getByRole('link', { name: String(attempt), exact: true }).waitFor();
  expect(await page.getByText(/Minutes allowed: 30 → 45/).count()).toBeGreaterThan(0);
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('the signed log shows its newest checkpoint, its keys and its witnesses', async () => {
  const page = await app.open(auditor, '/audit/log');
  await page
    .getByRole('cell', { name: logKey })
    .or(page.getByRole('rowheader', { name: logKey }))
    .waitFor();
  await page.getByRole('rowheader', { name: 'witness.example.org' }).waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
});

story('a long list is loaded page by page', async () => {
  const more = Array.from({ length: 50 }, (_, number) => publishedExam(`exam-${number}`));
  await publish([...published, ...more]);
  const page = await app.open(auditor, '/audit?type=ExamCreated');
  await until('one page is shown', async () => (await events(page).count()) === 50);
  expect(await problemsOf(page)).toEqual([]);
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('That is all.').waitFor();
  expect(await events(page).count()).toBe(52);
});

story('a page that is still loading, or cannot be loaded, says so, and loads again', async () => {
  const page = await app.open(auditor, '/audit/what-if');
  await heading(page, 'Another policy');
  let answer = () => {};
  const isHeld = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/access/search**', async (route) => {
    await isHeld;
    await route.continue();
  });
  await page.getByRole('link', { name: 'Access log' }).click();
  await page.getByText('Loading …').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  answer();
  await page.getByRole('table', { name: 'Access log' }).waitFor();
  await page.route('**/events/search**', (route) =>
    route.fulfill({ status: 400, json: { detail: 'It was refused.' } }),
  );
  await page.getByRole('link', { name: 'Search in the log' }).click();
  await page.getByRole('alert').getByText('It was refused.').waitFor();
  expect(await problemsEverywhere(page)).toEqual([]);
  await page.unroute('**/events/search**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await events(page).first().waitFor();
});
