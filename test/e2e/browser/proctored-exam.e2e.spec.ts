import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { until } from '../../../libs/event-store/src/testing.js';
import { PretendedProvider, silence } from '../../../libs/providers/src/testing.js';
import { contentId, courseId, type Person, people, publishedExam, roster, tokenOf } from '../../support/service.js';
import { bundled } from './bundle.js';
import { openBrowser, story } from './chromium.js';
import { openLms } from './lms.js';
import { unpack } from './npm-packages.js';
import { anyone, html, script } from './pages.js';
import { startService } from './running-service.js';

declare const load: (name: string) => any;
declare const store: any;

const { staff, alice, bob } = people;
const reviewer = { user_id: 5, preferred_username: 'reviewer', roles: ['rest_review'] };
const root = '/api/edx_proctoring/v1/proctored_exam';
const built = (file: string) => resolve('dist', file);
const folder = mkdtempSync(join(tmpdir(), 'proctoring-browser-'));

let browser: Browser | undefined;
let vendor: PretendedProvider;
let service: Awaited<ReturnType<typeof startService>>;
let lms: Awaited<ReturnType<typeof openLms>>;
let context: BrowserContext;
let page: Page;
/** The browser's complaints. */
let complaints: string[];
/** The faults of the application on the learner's desk. */
let trouble: Record<string, object>;

/** One ping each second, and a script that the learner's page finds at the provider's site. */
function settings() {
  const bundles = join(folder, 'bundles.json');
  writeFileSync(bundles, JSON.stringify({ chunks: { watcher: [{ publicPath: `${vendor.url}/watch.js` }] } }));
  const rest = {
    base_url: vendor.url,
    client_id: 'lms',
    client_secret: 'secret',
    npm_module: 'watcher',
    ping_interval: 1,
  };
  return { PROCTORING_BACKENDS: { DEFAULT: 'rest', rest }, WEBPACK_LOADER: { WORKERS: { STATS_FILE: bundles } } };
}

/** Pages of the platform: our example, and one with the learning front end's data layer. */
function pagesOfLms() {
  const theirs = unpack();
  const frontEnd = bundled({
    thunks: theirs.specialExams('data/thunks.js'),
    slice: theirs.specialExams('data/slice.js'),
    '@reduxjs/toolkit': theirs.redux,
    '@edx/frontend-platform': built('test/e2e/browser/frontend-platform.js'),
    '@edx/frontend-platform/auth': built('test/e2e/browser/frontend-platform.js'),
    '@edx/frontend-platform/logging': built('test/e2e/browser/frontend-platform.js'),
  });
  theirs.remove();
  return {
    '/courses/exam': html(readFileSync('test/e2e/browser/exam-page.html', 'utf8')),
    '/courses/exam-page.js': script(readFileSync(built('test/e2e/browser/exam-page.js'), 'utf8')),
    '/learning': html('<!doctype html><title>Learning</title><script src="/learning/front-end.js"></script>'),
    '/learning/front-end.js': script(frontEnd),
  };
}

beforeAll(async () => {
  browser = await openBrowser();
  if (!browser) return;
  vendor = await PretendedProvider.open();
  service = await startService(settings());
  // No inline script, nothing from anywhere else: the provider's script, in a worker, and its application on the desk.
  const policy = `default-src 'none'; script-src 'self' ${vendor.url}; worker-src blob:; connect-src 'self' ${vendor.url}`;
  lms = await openLms(service.url, pagesOfLms(), policy);
  const vendorScript = bundled({
    main: built('test/e2e/browser/provider-script.js'),
    '#exam-worker': built('libs/exam-worker/src/index.js'),
  });
  const pages: Record<string, object> = {
    'GET /watch.js': script(`globalThis.desk = '${vendor.url}'; ${vendorScript} load('main');`),
    'GET /setup': html('<form method="post"><button>My desk is clear</button></form>'),
    'POST /setup': html('You may go back to your exam.'),
  };
  vendor.mood = ({ route }) => {
    const [place, query] = route.split('?');
    if (route.startsWith('POST /setup')) isReady(query);
    const [, desk] = /\/desk\/(\w+)/.exec(route) ?? [];
    if (desk) return { headers: anyone, ...trouble[desk] };
    const [, attempt] = /^GET .*\/attempt\/([^/]+)\/$/.exec(route) ?? [];
    return attempt ? { body: { download_url: `${vendor.url}/setup?${attempt}` } } : pages[place];
  };
  expect((await service.request(staff, 'PUT', '/api/lms/v1/roster', roster)).status).toBe(200);
  const exams = [publishedExam('midterm'), publishedExam('final'), publishedExam('quiz', { is_proctored: false })];
  await service.request(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, exams);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await lms?.close();
  await service?.stop();
  await vendor?.close();
  rmSync(folder, { recursive: true });
});

/** The provider tells the service that a learner is ready. */
const isReady = (attempt: string) => void service.request(reviewer, 'POST', `${root}/attempt/${attempt}/ready`, {});

async function logIn(learner: Person) {
  trouble = {};
  complaints = [];
  const [header, payload, signature] = (await tokenOf(learner)).split('.');
  context = await browser!.newContext();
  const cookies = {
    'edx-jwt-cookie-header-payload': `${header}.${payload}`,
    'edx-jwt-cookie-signature': signature,
    csrftoken: 'a'.repeat(32),
  };
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: lms.url })));
  page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
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
  vendor.routes().flatMap((route) => new RegExp(`/desk/(\\w+)\\?attempt=${attempt}(?!\\d)`).exec(route)?.[1] ?? []);
const pings = (attempt: string) => desks(attempt).filter((what) => what === 'ping').length;
const isPinged = (attempt: string) => {
  const before = pings(attempt);
  return until(`${attempt} is pinged`, () => pings(attempt) > before);
};
const told = (attempt: string) =>
  vendor.taken.flatMap(({ route, json }) => (route.endsWith(`/attempt/${attempt}/`) && json ? json.status : []));
const isTold = (attempt: string, ...statuses: string[]) =>
  until(`the vendor is told ${statuses}`, () => String(told(attempt)) === String(statuses));
/** The learner's newest attempt at an exam, as the service shows it. */
const attemptOf = async (learner: Person, exam: string) => {
  const sequence = `${root}/attempt/course_id/${courseId}?content_id=${encodeURIComponent(contentId(exam))}`;
  const { attempt_id } = (await service.request(learner, 'GET', sequence)).body.exam.attempt;
  return (await service.request(learner, 'GET', `${root}/attempt/${attempt_id}`)).body;
};

/** From the learner's page to the provider's, which is done with it, and back. */
async function setUp(learner: Person, exam: string) {
  await shows(`Set up proctoring for ${exam}`);
  await press('Go on to the exam');
  await page.getByText('Your set-up is not done yet.').waitFor();
  const opened = context.waitForEvent('page');
  await press('Copy the code');
  await page.getByText('The code is copied.').waitFor();
  await press('Check my system');
  const vendors = await opened;
  await vendors.getByRole('button', { name: 'My desk is clear' }).click();
  await vendors.getByText('You may go back').waitFor();
  await vendors.close();
  await until('the vendor told it', async () => (await attemptOf(learner, exam)).status === 'ready_to_start');
  await press('Check my system');
  await page.getByText('Your set-up is done. You can go on.').waitFor();
  await press('Go on to the exam');
  await shows(`You can start ${exam} now`);
}

async function handIn() {
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
    await setUp(alice, 'midterm');
    await press('Start the exam');
    await runs();
    const { external_id: id } = await attemptOf(alice, 'midterm');
    expect(vendor.routes()).toContain(`POST /desk/start?attempt=${id}&timeout=1000`);
    expect(Number(await page.getByRole('timer').textContent())).toBeGreaterThan(1790);
    await isPinged(id);
    await isPinged(id);
    await press('I am done');
    await press('Back to the exam');
    await runs();
    await isPinged(id);
    await handIn();
    await shows('Your exam is handed in, and its review is under way');
    expect(await attemptOf(alice, 'midterm')).toMatchObject({ status: 'submitted' });
    await until('the application is told', () => desks(id).at(-1) === 'end');
    expect(desks(id).filter((what) => what !== 'ping')).toEqual(['start', 'end']);
    await isTold(id, 'started', 'submitted');
    expect(complaints).toEqual([]);
  });

  story('an attempt whose pings stop ends in error, and is resumed with the whole minutes that were left', async () => {
    await logIn(bob);
    await open('midterm');
    await press('Begin to set up');
    await setUp(bob, 'midterm');
    await press('Start the exam');
    await runs();
    const first = await attemptOf(bob, 'midterm');
    await isPinged(first.external_id);
    await isPinged(first.external_id);
    trouble = { ping: silence };
    await shows('Something went wrong during your exam');
    expect(await attemptOf(bob, 'midterm')).toMatchObject({ status: 'error', is_resumable: true });
    await isTold(first.external_id, 'started', 'error');

    const resume = { action: 'mark_ready_to_resume', user_id: bob.user_id };
    expect((await service.request(staff, 'PUT', `${root}/attempt/${first.id}`, resume)).status).toBe(200);
    trouble = {};
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
    expect(shown).toBeGreaterThan(29 * 60 - 10);
    await isPinged(second.external_id);
    await handIn();
    await shows('Your exam is handed in, and its review is under way');
    expect(complaints).toEqual([]);
  });

  story('a learner whose proctoring software fails at the start loses no time, and at the end no exam', async () => {
    await logIn(alice);
    await open('final');
    await press('Begin to set up');
    await shows('Set up proctoring for final');
    await context.grantPermissions([]); // and no other, such as to copy
    await press('Copy the code');
    await page.getByText('That did not work.').waitFor();
    await context.clearPermissions();
    await setUp(alice, 'final');
    trouble = { start: { status: 503 } };
    await press('Start the exam');
    await page.getByText('That did not work.').waitFor();
    expect(await attemptOf(alice, 'final')).toMatchObject({ status: 'ready_to_start', started_at: null });
    trouble = { end: { status: 503 } };
    await press('Start the exam');
    await runs();
    await handIn();
    await shows('Your exam is handed in, and its review is under way'); // for that the software is not needed
  });

  story('a learner takes a timed exam, which no software watches', async () => {
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
    expect(complaints).toEqual([]);
  });

  story('on a bad line a learner presses no button in vain', async () => {
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
    await press('Start the exam'); // it has started
    await runs();
    await press('I am done');
    await shows('Hand in your exam?');
    await press('Back to the exam');
    await runs();
    await isLost('**/proctored_exam/attempt/*');
    await press('I am done'); // it is sent again
    await shows('Hand in your exam?');
  });
});

describe('in a browser, with the data layer of frontend-lib-special-exams', () => {
  const state = () => page.evaluate(() => store.getState().specialExams);
  const attempt = async () => (await state()).exam.attempt;
  /** What a button of the learning front end does. */
  const does = (thunk: string, ...args: unknown[]) =>
    page.evaluate(({ thunk, args }) => store.dispatch(load('thunks')[thunk](...args)), { thunk, args });
  const isNow = (status: string) =>
    until(`the attempt is ${status}`, async () => (await attempt()).attempt_status === status);

  async function startExam(learner: Person, exam: string) {
    await logIn(learner);
    await page.goto(`${lms.url}/learning`);
    await page.evaluate(() => {
      const specialExams = load('slice').default;
      Object.assign(globalThis, { store: load('@reduxjs/toolkit').configureStore({ reducer: { specialExams } }) });
    });
    const look = () => does('getExamAttemptsData', courseId, contentId(exam));
    await look();
    await does('createProctoredExamAttempt');
    await does('startProctoringSoftwareDownload');
    const { external_id: id, software_download_url: setup } = await attempt();
    const vendorsPage = await context.newPage();
    await vendorsPage.goto(setup);
    await vendorsPage.getByRole('button', { name: 'My desk is clear' }).click();
    await until('the learner is ready', () =>
      look().then(async () => (await attempt()).attempt_status === 'ready_to_start'),
    );
    await does('startProctoredExam');
    await isNow('started');
    return id;
  }

  /** As its timer does. */
  const ping = async () => {
    const { ping_interval, desktop_application_js_url } = await attempt();
    await does('pingAttempt', ping_interval, desktop_application_js_url);
  };

  story('a learner takes a proctored exam, watched by a script over our vendor half', async () => {
    const id = await startExam(people.teacher, 'midterm');
    await ping();
    await does('stopExam');
    await isNow('ready_to_submit');
    await does('submitExam');
    await isNow('submitted');
    await until('the application is told', () => String(desks(id)) === 'start,ping,end');
    await isTold(id, 'started', 'submitted');
    expect((await state()).apiErrorMsg).toBe('');
    expect(complaints).toEqual([]);
  });

  story('an attempt whose pings stop ends in error', async () => {
    const id = await startExam(people.reviewer, 'midterm');
    trouble = { ping: silence };
    await ping();
    await isNow('error');
    await isTold(id, 'started', 'error');
  });
});
