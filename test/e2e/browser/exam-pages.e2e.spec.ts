import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { until } from '../../../libs/event-store/src/testing.js';
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
import { openBrowser, story } from './chromium.js';
import { startService } from './running-service.js';

declare const axe: { run(options: object): Promise<AxeResults> };

const { staff, alice, bob } = people;
const axeScript = createRequire(import.meta.url).resolve('axe-core');

let browser: Browser | undefined;
let service: Awaited<ReturnType<typeof startService>>;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  if (!browser) return;
  service = await startService({});
  expect((await service.request(staff, 'PUT', '/api/lms/v1/roster', roster)).status).toBe(200);
  const timed = { is_proctored: false };
  const exams = [
    ...['quiz', 'lost', 'keys', 'helped'].map((name) => publishedExam(name, timed)),
    publishedExam('short', timed),
    publishedExam('final'),
  ];
  await service.request(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, exams);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});
afterEach(() => context?.close());

const addressOf = (exam: string) => `${service.url}/exams/${courseId}/${contentId(exam)}`;

/** Opens the page of an exam in a new browser, with the learner's token in the address. */
async function open(exam: string, learner?: Person) {
  context = await browser!.newContext();
  page = await context.newPage();
  await page.goto(addressOf(exam) + (learner ? `#token=${await tokenOf(learner)}` : ''));
}

const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const shows = (title: string) => page.getByRole('heading', { name: title, exact: true, level: 2 }).waitFor();
const secondsShown = async () => {
  const [hours, minutes, seconds] = (await page.getByRole('timer').textContent())!.split(':').map(Number);
  return hours! * 3600 + minutes! * 60 + seconds!;
};
const attemptOf = async (learner: Person) =>
  (await service.request(learner, 'GET', '/api/exams/v1/me/attempts')).body.attempts[0]?.attempt_id;
const statusOf = async (learner: Person) =>
  (await service.request(learner, 'GET', '/api/exams/v1/me/attempts')).body.attempts[0]?.status;

/** The findings of axe in both colour schemes, with the rule for small targets, and parts that do not fit into 320 px. */
async function problems(): Promise<string[]> {
  await page.evaluate(readFileSync(axeScript, 'utf8'));
  const found: string[] = [];
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate(() => axe.run({ rules: { 'target-size': { enabled: true } } }));
    found.push(...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${colorScheme}, ${id}: ${html}`)));
  }
  const size = page.viewportSize()!;
  await page.setViewportSize({ width: 320, height: 640 });
  const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
  await page.setViewportSize(size);
  return width > 320 ? [...found, `The page is ${width} px wide.`] : found;
}

describe('on the page of an exam', () => {
  story('a learner takes a timed exam from the entrance to the result', async () => {
    await open('quiz', alice);
    await shows('quiz: a timed exam');
    expect(page.url()).toBe(addressOf('quiz'));
    expect(await problems()).toEqual([]);
    await press('Start the exam');
    await shows('Your exam is running');
    expect(await page.title()).toBe('quiz');
    expect(await secondsShown()).toBeGreaterThan(29 * 60);
    const link = page.getByRole('link', { name: 'To the questions' });
    expect(await link.getAttribute('href')).toContain(`/jump_to/${contentId('quiz')}`);
    expect(await problems()).toEqual([]);
    await press('Finish the exam');
    await shows('Hand in your exam?');
    await press('Back to the exam');
    await shows('Your exam is running');
    await press('Finish the exam');
    await press('Hand in my exam');
    await shows('Your exam is handed in');
    expect(await statusOf(alice)).toBe('submitted');
    expect(await problems()).toEqual([]);
  });

  story('a learner sets up and takes a proctored exam', async () => {
    await open('final', bob);
    await press('Begin to set up');
    await shows('Set up proctoring for final');
    const { external_id } = (await service.request(bob, 'GET', `${root}/attempt/${await attemptOf(bob)}`)).body;
    await service.request(staff, 'POST', `${root}/attempt/${external_id}/ready`, {});
    await press('Go on to the exam');
    await press('Start the exam');
    await shows('Your exam is running');
    await press('Finish the exam');
    await press('End my exam');
    await shows('Your exam is handed in, and its review is under way');
    expect(await page.getByText('e-mail').count()).toBe(0);
  });

  story('a learner with a keyboard alone reads each new heading and hands in', async () => {
    await open('keys', alice);
    await shows('keys: a timed exam');
    const focused = () => page.locator(':focus').textContent();
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 20; presses++) {
        await page.keyboard.press('Tab');
        if ((await page.locator(':focus').count()) > 0 && (await focused())?.trim().startsWith(name)) return;
      }
      throw new Error(`Tab does not reach ${name}.`);
    };
    await tabTo('Start the exam');
    await page.keyboard.press('Enter');
    await page.locator('h2:focus', { hasText: 'Your exam is running' }).waitFor();
    await tabTo('Finish the exam');
    await page.keyboard.press('Enter');
    await page.locator('h2:focus', { hasText: 'Hand in your exam?' }).waitFor();
    await tabTo('Hand in my exam');
    await page.keyboard.press('Space');
    await page.locator('h2:focus', { hasText: 'Your exam is handed in' }).waitFor();
  });

  story('a learner reads what staff do: a message, a pause, and more time', async () => {
    await open('helped', alice);
    await press('Start the exam');
    await shows('Your exam is running');
    const attempt_ids = [await attemptOf(alice)];
    const act = async (action: string, more: object = {}) => {
      const path = `/api/exams/v1/courses/${courseId}/running-attempts/${action}`;
      expect((await service.request(staff, 'POST', path, { attempt_ids, ...more })).status).toBe(200);
      await page.evaluate('dispatchEvent(new Event("focus"))');
    };
    const announced = (text: string) => page.getByRole('status').getByText(text).waitFor();
    await act('message', { text: 'Please switch the light on.' });
    await announced('Please switch the light on.');
    await page.getByRole('listitem').getByText('Please switch the light on.').waitFor();
    await act('pause');
    await announced('Your exam is paused.');
    expect(await problems()).toEqual([]);
    const frozen = await secondsShown();
    await act('extra-time', { seconds: 600, reason: 'The fire alarm rang.' });
    await until('the time is longer', async () => (await secondsShown()) === frozen + 600);
    await act('end-pause');
    await announced('Your exam goes on');
    await until('the clock runs on', async () => (await secondsShown()) < frozen + 600);
    await act('extra-time', { seconds: 300, reason: 'It rang again.' });
    await announced('You have got 5 minutes more.');
    await press('Finish the exam');
    await press('Hand in my exam');
    await shows('Your exam is handed in');
  });

  story('a lost connection is said in words and ends nothing', async () => {
    await open('lost', alice);
    await press('Start the exam');
    await shows('Your exam is running');
    const before = await secondsShown();
    await context.setOffline(true);
    await page.evaluate('dispatchEvent(new Event("focus"))');
    await page.getByRole('alert').getByText('There is no connection.').waitFor();
    expect(await problems()).toEqual([]);
    await until('the clock runs on', async () => (await secondsShown()) < before);
    expect(await statusOf(alice)).toBe('started');
    await context.setOffline(false);
    await page.getByRole('status').getByText('The connection is back.').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await press('Finish the exam');
    await press('Hand in my exam');
    await shows('Your exam is handed in');
  });

  story('on a slow network the exam starts once, and the page says that it loads', async () => {
    context = await browser!.newContext();
    page = await context.newPage();
    const network = await context.newCDPSession(page);
    const throughput = 50_000;
    await network.send('Network.emulateNetworkConditions', {
      ...{ offline: false, latency: 400, downloadThroughput: throughput, uploadThroughput: throughput },
    });
    await page.goto(`${addressOf('short')}#token=${await tokenOf(bob)}`, { waitUntil: 'commit' });
    await page.getByText('The exam is loading.').waitFor();
    await shows('short: a timed exam');
    await press('Start the exam');
    await shows('Your exam is running');
    const { attempts } = (await service.request(bob, 'GET', '/api/exams/v1/me/attempts')).body;
    expect(attempts.filter(({ exam }: any) => exam.name === 'short')).toHaveLength(1);
  });

  story('the result follows by itself when the exam ended elsewhere', async () => {
    await open('short', bob);
    await shows('Your exam is running');
    await service.request(bob, 'PUT', `${root}/attempt/${await attemptOf(bob)}`, { action: 'submit' });
    await page.evaluate('dispatchEvent(new Event("focus"))');
    await page.locator('h2:focus', { hasText: 'Your exam is handed in' }).waitFor();
  });

  story('a visitor without a login is asked to sign in, and an unknown exam is said to be unknown', async () => {
    await open('quiz');
    await shows('Sign in to take this exam');
    expect(await problems()).toEqual([]);
    await open('nowhere', alice);
    await shows('There is no such exam');
    expect(await problems()).toEqual([]);
  });

  story('a learner whose browser prefers German reads German', async () => {
    context = await browser!.newContext({ locale: 'de-DE' });
    page = await context.newPage();
    await page.goto(`${addressOf('quiz')}#token=${await tokenOf(alice)}`);
    await shows('Ihre Prüfung ist abgegeben');
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
  });
});
