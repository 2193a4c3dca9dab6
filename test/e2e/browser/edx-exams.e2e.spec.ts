import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { until } from '../../../libs/event-store/src/testing.js';
import { PretendedProvider } from '../../../libs/providers/src/testing.js';
import { freePort } from '../../conformance/child.js';
import {
  contentId,
  cookiesOf,
  courseId,
  type Person,
  people,
  publishedExam,
  root,
  roster,
  tokenOf,
} from '../../support/service.js';
import { claim } from '../lti/pretended-tool.js';
import { openBrowser, story } from './chromium.js';
import { dispatch, learningFrontEnd, stateOf } from './learning-front-end.js';
import { openLms } from './lms.js';
import { anyone, html, script } from './pages.js';
import { startService } from './running-service.js';
import { scriptedProvider, watchScript } from './scripted-provider.js';
import { ToolSite } from './tool-site.js';

// The learning front end with `EXAMS_BASE_URL` set to the service, which is another origin than the LMS (edx-exams.md §7).

const { staff, alice, bob } = people;
/** A course whose provider is an LTI tool. The other course has a REST provider. */
const toolCourse = 'course-v1:OrgX+Tools+2031';
const inToolCourse = (exam: string) => contentId(exam).replace('Demo', 'Tools');
const reviewer = { user_id: 5, preferred_username: 'reviewer', roles: ['rest_review'] };
const folder = mkdtempSync(join(tmpdir(), 'proctoring-browser-'));

let browser: Browser | undefined;
let provider: PretendedProvider;
let tool: ToolSite;
let service: Awaited<ReturnType<typeof startService>>;
let lms: Awaited<ReturnType<typeof openLms>>;
let context: BrowserContext;
let page: Page;
/** Requests of the browser: method, service and path. */
let sent: string[];
/** Errors of scripts and of policies. Refused requests are no faults: the front end asks for tokens that it may not get. */
let errors: string[];

beforeAll(async () => {
  browser = await openBrowser();
  if (!browser) return;
  [provider, tool] = await Promise.all([PretendedProvider.open(), ToolSite.open()]);
  const port = await freePort();
  const site = `http://127.0.0.1:${port}`;
  const scripted = scriptedProvider(provider.url, folder);
  const settings = {
    ...scripted,
    LEARNING_MICROFRONTEND_URL: `${site}/learning`,
    PROCTORING_BACKENDS: { ...scripted.PROCTORING_BACKENDS, watchers: tool.tool.settings },
  };
  service = await startService(settings, { CORS_ORIGINS: site });
  tool.service = service;
  const watching = watchScript(provider.url);
  provider.mood = ({ route }) => {
    if (route === 'GET /watch.js') return watching;
    return /desk/.test(route) ? { headers: anyone } : undefined;
  };
  const frontEnd = `globalThis.examsBaseUrl = '${service.url}'; ${learningFrontEnd()}`;
  const pages = {
    '/learning/course/': html(
      '<!doctype html><title>Learning</title><script src="/learning/front-end.js"></script><script type="module" src="/learning/page.js"></script>',
    ),
    '/learning/front-end.js': script(frontEnd),
    '/learning/page.js': script(readFileSync('dist/test/e2e/browser/learning-page.js', 'utf8')),
  };
  const policy = `default-src 'none'; script-src 'self' ${provider.url}; worker-src blob:; connect-src 'self' ${provider.url} ${service.url}`;
  lms = await openLms(service.url, pages, policy, port);

  const people = {
    ...roster,
    courses: [...roster.courses, { course_id: toolCourse, display_name: 'Tools' }],
    enrollments: ['alice', 'bob'].flatMap((user) =>
      [courseId, toolCourse].map((course_id) => ({ user, course_id, mode: 'verified' })),
    ),
  };
  const done = async (method: string, path: string, body: object) =>
    expect((await service.request(staff, method, path, body)).status).toBeLessThan(300);
  await done('PUT', '/api/lms/v1/roster', people);
  await done('PATCH', `/api/v1/configs/course_id/${toolCourse}`, { provider: 'watchers', escalation_email: null });
  const item = (content_id: string, exam_type: string) =>
    publishedExam('exam', { content_id, exam_type, due_date: null });
  await done('PATCH', `/api/v1/exams/course_id/${courseId}/`, [item(contentId('midterm'), 'proctored')]);
  await done('PATCH', `/api/v1/exams/course_id/${toolCourse}/`, [
    item(inToolCourse('midterm'), 'proctored'),
    item(inToolCourse('final'), 'proctored'),
    item(inToolCourse('quiz'), 'timed'),
  ]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await lms?.close();
  await service?.stop();
  await Promise.all([provider?.close(), tool?.close()]);
  rmSync(folder, { recursive: true });
});

async function logIn(learner: Person) {
  errors = [];
  sent = [];
  context = await browser!.newContext();
  const cookies = cookiesOf(await tokenOf(learner));
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: lms.url })));
  context.on('request', (request) => {
    const { pathname, href } = new URL(request.url());
    const to = href.startsWith(service.url) ? 'exams' : href.startsWith(lms.url) ? 'lms' : 'elsewhere';
    if (request.method() !== 'OPTIONS') sent.push(`${request.method()} ${to} ${pathname}`);
  });
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
}
afterEach(async () => {
  await context?.close();
  if (browser) expect(errors).toEqual([]);
});

const isLoaded = (at: Page | Frame) => at.waitForFunction(() => 'store' in globalThis, undefined, { polling: 50 });
async function open(course: string, content: string) {
  await page.goto(`${lms.url}/learning/course/${course}/${content}`);
  await isLoaded(page);
}
const attemptIn = async (at: Page | Frame) => (await stateOf(at)).exam.attempt;
const isNow = (status: string, at: Page | Frame = page) =>
  until(`the attempt is ${status}`, async () => (await attemptIn(at)).attempt_status === status);
const sentTo = (service: string, method: string) =>
  sent.filter((each) => each.startsWith(`${method} ${service} `)).map((each) => each.split(' ')[2]);

/** The access token that the front end got, by the public keys that the LMS has. */
async function accessTokenIn(at: Page | Frame) {
  await dispatch(at, 'examRequiresAccessToken');
  const { exam_access_token } = (await stateOf(at)).examAccessToken;
  if (!exam_access_token) return undefined;
  const keys = createLocalJWKSet((await service.request(undefined, 'GET', '/.well-known/jwks.json')).body);
  return (await jwtVerify(exam_access_token, keys, { issuer: `${service.url}/` })).payload;
}

story('a timed exam in a course with an LTI tool is taken at the service alone', async () => {
  await logIn(alice);
  await open(toolCourse, inToolCourse('quiz'));
  expect((await stateOf(page)).exam).toMatchObject({ type: 'timed', total_time: '30 minutes', attempt: {} });
  expect(await accessTokenIn(page)).toBeUndefined();
  await dispatch(page, 'startTimedExam');
  await isNow('started');
  expect((await stateOf(page)).activeAttempt).toMatchObject({ attempt_status: 'started', exam_type: 'timed' });
  expect(await accessTokenIn(page)).toMatchObject({ content_id: inToolCourse('quiz'), lms_user_id: alice.user_id });
  await dispatch(page, 'pollAttempt');
  await dispatch(page, 'getProctoringSettings');
  await dispatch(page, 'stopExam');
  await isNow('ready_to_submit');
  await dispatch(page, 'continueExam');
  await isNow('started');
  await dispatch(page, 'submitExam');
  await isNow('submitted');
  expect(sentTo('exams', 'POST')).toEqual(['/api/v1/exams/attempt']);
  expect(sentTo('lms', 'POST')).toEqual([]);
  expect(sentTo('lms', 'PUT')).toEqual([]);
  expect((await stateOf(page)).apiErrorMsg).toBe('');
});

story('a proctored exam of a REST provider goes on with the API of edx-proctoring', async () => {
  await logIn(alice);
  await open(courseId, contentId('midterm'));
  expect((await stateOf(page)).exam).toMatchObject({ type: 'proctored', use_legacy_attempt_api: true });
  await dispatch(page, 'createProctoredExamAttempt');
  await dispatch(page, 'getProctoringSettings');
  expect((await stateOf(page)).proctoringSettings.exam_proctoring_backend).toBeDefined();
  await dispatch(page, 'startProctoringSoftwareDownload');
  await isNow('download_software_clicked');
  const { external_id: id } = await attemptIn(page);
  await service.request(reviewer, 'POST', `${root}/attempt/${id}/ready`, {});
  await open(courseId, contentId('midterm'));
  await isNow('ready_to_start');
  await dispatch(page, 'startProctoredExam');
  await isNow('started');
  const { activeAttempt } = await stateOf(page);
  expect(activeAttempt).toMatchObject({ use_legacy_attempt_api: true, external_id: id });
  await dispatch(page, 'pollAttempt', activeAttempt.exam_started_poll_url);
  await dispatch(page, 'pingAttempt', activeAttempt.ping_interval, activeAttempt.desktop_application_js_url);
  await dispatch(page, 'stopExam');
  await isNow('ready_to_submit');
  await dispatch(page, 'submitExam');
  await isNow('submitted');
  expect(sentTo('lms', 'POST')).toEqual([`${root}/attempt`]);
  expect(sentTo('exams', 'POST')).toEqual([]);
  expect(sentTo('exams', 'PUT')).toEqual([]);
  expect((await stateOf(page)).apiErrorMsg).toBe('');
});

describe('a proctored exam of an LTI tool', () => {
  /** From the entrance to the page that frames the exam. Answers the frame. */
  async function setUp(exam: string): Promise<Frame> {
    await open(toolCourse, inToolCourse(exam));
    await dispatch(page, 'createProctoredExamAttempt');
    const { attempt_id } = await attemptIn(page);
    await dispatch(page, 'startProctoringSoftwareDownload');
    await page.evaluate(
      (url) => (globalThis as any).location.assign(url),
      `${service.url}/lti/start_proctoring/${attempt_id}`,
    );
    await page.getByRole('button', { name: 'My desk is clear' }).click();
    await page.waitForURL(`${service.url}/lti/exam_shell/${attempt_id}`);
    const frame = (await (await page.waitForSelector('iframe')).contentFrame())!;
    await isLoaded(frame);
    return frame;
  }

  /** The learner hands in, in the frame. */
  async function end(frame: Frame) {
    await dispatch(frame, 'stopExam');
    await isNow('ready_to_submit', frame);
    expect((await stateOf(frame)).apiErrorMsg).toBe('');
    const { attempt_id } = await attemptIn(frame);
    await frame.evaluate(
      (url) => (globalThis as any).location.assign(url),
      `${service.url}/lti/end_assessment/${attempt_id}`,
    );
  }

  story('is taken from the launch to the end, and the tool gets a message at the end', async () => {
    tool.awaitsEnd = true;
    await logIn(alice);
    const frame = await setUp('midterm');
    await isNow('ready_to_start', frame);
    expect(await accessTokenIn(frame)).toBeUndefined();
    await dispatch(frame, 'startProctoredExam');
    await isNow('started', frame);
    expect(await accessTokenIn(frame)).toMatchObject({ content_id: inToolCourse('midterm'), course_id: toolCourse });
    await end(frame);
    await page.getByRole('link', { name: 'Back to the course' }).click();
    await isLoaded(page);
    await isNow('submitted');
    expect(tool.messages.map((message) => message[claim('message_type')])).toEqual([
      'LtiStartProctoring',
      'LtiEndAssessment',
    ]);
    expect(sentTo('lms', 'POST')).toEqual([]);
    expect(sentTo('lms', 'PUT')).toEqual([]);
  });

  story('ends in the learning front end if the tool does not wish to know the end', async () => {
    tool.awaitsEnd = false;
    await logIn(bob);
    const frame = await setUp('midterm');
    await dispatch(frame, 'startProctoredExam');
    await isNow('started', frame);
    await frame.goto(frame.url()); // a reload asks the page again whether the tool's session is alive
    await isLoaded(frame);
    await isNow('started', frame);
    await end(frame);
    await page.waitForURL(`${lms.url}/learning/course/**`);
    await isLoaded(page);
    await isNow('submitted');
  });

  story('ends in error when the learner opens it outside of the page that frames it', async () => {
    await logIn(bob);
    const frame = await setUp('final');
    await dispatch(frame, 'startProctoredExam');
    await isNow('started', frame);
    await open(toolCourse, inToolCourse('final'));
    await isNow('error');
    expect((await stateOf(page)).apiErrorMsg).toContain('Proctoring application not detected');
  });
});
