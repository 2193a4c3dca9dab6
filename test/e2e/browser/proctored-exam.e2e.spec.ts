import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { until } from '../../../libs/event-store/src/testing.js';
import { lateAnswer, PretendedProvider } from '../../../libs/providers/src/testing.js';
import {
  contentId,
  cookiesOf,
  courseId,
  type Person,
  people,
  publishedExam,
  roster,
  tokenOf,
} from '../../support/service.js';
import { openBrowser, story } from './chromium.js';
import { dispatch as dispatchOn, learningFrontEnd, stateOf } from './learning-front-end.js';
import { openLms } from './lms.js';
import { anyone, html, script } from './pages.js';
import { startService } from './running-service.js';
import { scriptedProvider, watchScript } from './scripted-provider.js';

declare const load: (name: string) => any;

const { staff, alice, bob } = people;
const reviewer = { user_id: 5, preferred_username: 'reviewer', roles: ['rest_review'] };
const root = '/api/edx_proctoring/v1/proctored_exam';
const folder = mkdtempSync(join(tmpdir(), 'proctoring-browser-'));

let browser: Browser | undefined;
let provider: PretendedProvider;
let service: Awaited<ReturnType<typeof startService>>;
let lms: Awaited<ReturnType<typeof openLms>>;
let context: BrowserContext;
let page: Page;
/** Errors in the browser's console. */
let errors: string[];
/** The faults of the proctoring application on the learner's computer. */
let faults: Record<string, object>;

/** The pages of the platform: our example, and one with the data layer of the learning front end. */
function pagesOfLms() {
  return {
    '/courses/exam': html(readFileSync('test/e2e/browser/exam-page.html', 'utf8')),
    '/courses/exam-page.js': script(readFileSync('dist/test/e2e/browser/exam-page.js', 'utf8')),
    '/learning': html('<!doctype html><title>Learning</title><script src="/learning/front-end.js"></script>'),
    '/learning/front-end.js': script(learningFrontEnd()),
  };
}

beforeAll(async () => {
  browser = await openBrowser();
  if (!browser) return;
  provider = await PretendedProvider.open();
  service = await startService(scriptedProvider(provider.url, folder));
  // The policy forbids inline scripts and other sites. It allows the provider's script, in a worker, and its application.
  const policy = `default-src 'none'; script-src 'self' ${provider.url}; worker-src blob:; connect-src 'self' ${provider.url}`;
  lms = await openLms(service.url, pagesOfLms(), policy);
  const pages: Record<string, object> = {
    'GET /watch.js': watchScript(provider.url),
    'GET /setup': html('<form method="post"><button>My desk is clear</button></form>'),
    'POST /setup': html('You may go back to your exam.'),
  };
  provider.mood = ({ route }) => {
    const [place, query] = route.split('?');
    if (route.startsWith('POST /setup')) isReady(query);
    const [, desk] = /\/desk\/(\w+)/.exec(route) ?? [];
    if (desk) return { headers: anyone, ...faults[desk] };
    const [, attempt] = /^GET .*\/attempt\/([^/]+)\/$/.exec(route) ?? [];
    return attempt ? { body: { download_url: `${provider.url}/setup?${attempt}` } } : pages[place];
  };
  expect((await service.request(staff, 'PUT', '/api/lms/v1/roster', roster)).status).toBe(200);
  const exams = [publishedExam('midterm'), publishedExam('final'), publishedExam('quiz', { is_proctored: false })];
  await service.request(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, exams);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await lms?.close();
  await service?.stop();
  await provider?.close();
  rmSync(folder, { recursive: true });
});

/** The provider reports that the learner is ready. */
const isReady = (attempt: string) => void service.request(reviewer, 'POST', `${root}/attempt/${attempt}/ready`, {});

async function logIn(learner: Person) {
  faults = {};
  errors = [];
  context = await browser!.newContext();
  const cookies = { ...cookiesOf(await tokenOf(learner)), csrftoken: 'a'.repeat(32) };
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: lms.url })));
  page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
}
afterEach(async () => {
  await context?.close();
});

const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const shows = (title: string) => page.getByRole('heading', { name: title, exact: true }).waitFor();
const runs = () => page.getByText('What is the question?').waitFor();
const open = (exam: string) =>
  page.goto(`${lms.url}/courses/exam?${new URLSearchParams({ course: courseId, content: contentId(exam) })}`);
const desks = (attempt: string) =>
  provider.routes().flatMap((route) => new RegExp(`/desk/(\\w+)\\?attempt=${attempt}(?!\\d)`).exec(route)?.[1] ?? []);
const pings = (attempt: string) => desks(attempt).filter((what) => what === 'ping').length;
const untilPinged = (attempt: string) => {
  const before = pings(attempt);
  return until(`${attempt} is pinged`, () => pings(attempt) > before);
};
const notified = (attempt: string) =>
  provider.taken.flatMap(({ route, json }) => (route.endsWith(`/attempt/${attempt}/`) && json ? json.status : []));
const untilNotified = (attempt: string, ...statuses: string[]) =>
  until(`the provider is notified: ${statuses}`, () => String(notified(attempt)) === String(statuses));
/** The learner's newest attempt at an exam, as the service shows it. */
const attemptOf = async (learner: Person, exam: string) => {
  const sequence = `${root}/attempt/course_id/${courseId}?content_id=${encodeURIComponent(contentId(exam))}`;
  const { attempt_id } = (await service.request(learner, 'GET', sequence)).body.exam.attempt;
  return (await service.request(learner, 'GET', `${root}/attempt/${attempt_id}`)).body;
};

/** The learner goes to the provider's page, completes the set-up, and comes back. */
async function setUp(learner: Person, exam: string) {
  await shows(`Set up proctoring for ${exam}`);
  await press('Go on to the exam');
  await page.getByText('Your set-up is not done yet.').waitFor();
  const opened = context.waitForEvent('page');
  await press('Copy the code');
  await page.getByText('The code is copied.').waitFor();
  await press('Check my system');
  const providerPage = await opened;
  await providerPage.getByRole('button', { name: 'My desk is clear' }).click();
  await providerPage.getByText('You may go back').waitFor();
  await providerPage.close();
  await until('the provider has reported it', async () => (await attemptOf(learner, exam)).status === 'ready_to_start');
  await press('Check my system');
  await page.getByText('Your set-up is done. You can go on.').waitFor();
  await press('Go on to the exam');
  await shows(`You can start ${exam} now`);
}

async function submitExam() {
  await press('I am done');
  await shows('End your proctored exam?');
  await press('End my exam');
}

describe('in a browser, on a page that shows the student view', () => {
  story('a learner takes a proctored exam from the entrance to its submission', async () => {
    await logIn(alice);
    await open('midterm');
    await shows('midterm: a proctored exam');
    await press('Begin to set up');
    await page.locator('h2:focus', { hasText: 'Set up proctoring for midterm' }).waitFor();
    await setUp(alice, 'midterm');
    await press('Start the exam');
    await runs();
    const { external_id: id } = await attemptOf(alice, 'midterm');
    expect(provider.routes()).toContain(`POST /desk/start?attempt=${id}&timeout=1000`);
    expect(Number(await page.getByRole('timer').textContent())).toBeGreaterThan(29 * 60);
    await untilPinged(id);
    await untilPinged(id);
    await press('I am done');
    await press('Back to the exam');
    await runs();
    await untilPinged(id);
    await submitExam();
    await shows('Your exam is handed in, and its review is under way');
    expect(await attemptOf(alice, 'midterm')).toMatchObject({ status: 'submitted' });
    await until('the application ends', () => desks(id).at(-1) === 'end');
    expect(desks(id).filter((what) => what !== 'ping')).toEqual(['start', 'end']);
    await untilNotified(id, 'started', 'submitted');
    expect(errors).toEqual([]);
  });

  story('an attempt whose pings stop ends in error, and is resumed with the remaining whole minutes', async () => {
    await logIn(bob);
    await open('midterm');
    await press('Begin to set up');
    await setUp(bob, 'midterm');
    await press('Start the exam');
    await runs();
    const first = await attemptOf(bob, 'midterm');
    await untilPinged(first.external_id);
    await untilPinged(first.external_id);
    faults = { ping: lateAnswer };
    await shows('Something went wrong during your exam');
    expect(await attemptOf(bob, 'midterm')).toMatchObject({ status: 'error', is_resumable: true });
    await untilNotified(first.external_id, 'started', 'error');

    const resume = { action: 'mark_ready_to_resume', user_id: bob.user_id };
    expect((await service.request(staff, 'PUT', `${root}/attempt/${first.id}`, resume)).status).toBe(200);
    faults = {};
    await page.reload();
    await shows('You can go on with midterm');
    await press('Go on with the exam');
    await setUp(bob, 'midterm');
    await press('Start the exam');
    await runs();
    const second = await attemptOf(bob, 'midterm');
    expect(second.external_id).not.toBe(first.external_id);
    const shown = Number(await page.getByRole('timer').textContent());
    expect(shown).toBeLessThanOrEqual(29 * 60);
    expect(shown).toBeGreaterThan(28 * 60);
    await untilPinged(second.external_id);
    await submitExam();
    await shows('Your exam is handed in, and its review is under way');
    expect(errors).toEqual([]);
  });

  story(
    'a learner loses no time if the proctoring software fails at the start, and can submit if it fails at the end',
    async () => {
      await logIn(alice);
      await open('final');
      await press('Begin to set up');
      await shows('Set up proctoring for final');
      await context.grantPermissions([]); // so the page may not copy
      await press('Copy the code');
      await page.getByText('That did not work.').waitFor();
      await context.clearPermissions();
      await setUp(alice, 'final');
      faults = { start: { status: 503 } };
      await press('Start the exam');
      await page.getByText('That did not work.').waitFor();
      expect(await attemptOf(alice, 'final')).toMatchObject({ status: 'ready_to_start', started_at: null });
      faults = { end: { status: 503 } };
      await press('Start the exam');
      await runs();
      await submitExam();
      await shows('Your exam is handed in, and its review is under way'); // this does not need the software
    },
  );

  story('a learner takes a timed exam without proctoring software', async () => {
    await logIn(alice);
    await open('quiz');
    await press('Start the exam');
    await runs();
    await press('I am done');
    await shows('Hand in your exam?');
    await press('Back to the exam');
    await runs();
    await press('I am done');
    await press('Hand in my exam');
    await shows('Your exam is handed in');
    expect(errors).toEqual([]);
  });

  story('on a bad connection each button works when it is pressed again', async () => {
    const isLost = (requests: string) => page.route(requests, (route) => route.abort(), { times: 1 });
    const fails = () => page.getByText('That did not work.').waitFor();
    await logIn(bob);
    await open('quiz');
    await shows('quiz: a timed exam');
    await page.route('**/attempt/course_id/**', async (route) => {
      await pause(500);
      await route.continue();
    });
    await isLost('**/student_view/**');
    await press('Start the exam');
    await fails();
    await press('Start the exam'); // the exam has started already
    await runs();
    await press('I am done');
    await shows('Hand in your exam?');
    await press('Back to the exam');
    await runs();
    await isLost('**/proctored_exam/attempt/*');
    await press('I am done'); // the page repeats the lost request
    await shows('Hand in your exam?');
  });
});

describe('in a browser, with the data layer of frontend-lib-special-exams', () => {
  const state = () => stateOf(page);
  const attempt = async () => (await state()).exam.attempt;
  const dispatch = (thunk: string, ...args: unknown[]) => dispatchOn(page, thunk, ...args);
  const isNow = (status: string) =>
    until(`the attempt is ${status}`, async () => (await attempt()).attempt_status === status);

  async function startExam(learner: Person, exam: string) {
    await logIn(learner);
    await page.goto(`${lms.url}/learning`);
    await page.evaluate(() => {
      const specialExams = load('slice').default;
      Object.assign(globalThis, { store: load('@reduxjs/toolkit').configureStore({ reducer: { specialExams } }) });
    });
    const look = () => dispatch('getExamAttemptsData', courseId, contentId(exam));
    await look();
    await dispatch('createProctoredExamAttempt');
    await dispatch('startProctoringSoftwareDownload');
    const { external_id: id, software_download_url: setup } = await attempt();
    const providerPage = await context.newPage();
    await providerPage.goto(setup);
    await providerPage.getByRole('button', { name: 'My desk is clear' }).click();
    await until('the learner is ready', () =>
      look().then(async () => (await attempt()).attempt_status === 'ready_to_start'),
    );
    await dispatch('startProctoredExam');
    await isNow('started');
    return id;
  }

  /** Pings as the timer of the front end does. */
  const ping = async () => {
    const { ping_interval, desktop_application_js_url } = await attempt();
    await dispatch('pingAttempt', ping_interval, desktop_application_js_url);
  };

  story('a learner takes a proctored exam with a script that uses our provider half', async () => {
    const id = await startExam(people.teacher, 'midterm');
    await ping();
    await dispatch('stopExam');
    await isNow('ready_to_submit');
    await dispatch('submitExam');
    await isNow('submitted');
    await until('the application ends', () => String(desks(id)) === 'start,ping,end');
    await untilNotified(id, 'started', 'submitted');
    expect((await state()).apiErrorMsg).toBe('');
    expect(errors).toEqual([]);
  });

  story('an attempt whose pings stop ends in error', async () => {
    const id = await startExam(people.reviewer, 'midterm');
    faults = { ping: lateAnswer };
    await ping();
    await isNow('error');
    await untilNotified(id, 'started', 'error');
  });
});
