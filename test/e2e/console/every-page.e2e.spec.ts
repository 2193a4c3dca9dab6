import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Client } from '../../../apps/cli/src/demo/client.js';
import { ExamDay } from '../../../apps/cli/src/demo/exam-day.js';
import { type Person, secret, tokenSettings } from '../../support/service.js';
import { story } from '../browser/chromium.js';
import { openConsole, problemsOf, problemsOfWidth } from './console.js';

/** The pages have these. */
declare const document: any;
declare const localStorage: any;

const emptyCourse = 'course-v1:DemoX+Empty+2031';
const stranger = { user_id: 99, preferred_username: 'stranger' };
/** The narrowest window, the usual one, and the largest. */
const sizes = [
  { width: 320, height: 640 },
  { width: 1280, height: 800 },
  { width: 3840, height: 2160 },
] as const;
/** Each waits for the browser most of its time: a failed request is sent three times within three seconds. */
const tabs = 4;

/** `forms` ask the service nothing when they open. */
type Role = { person: Person; pages: string[]; forms?: string[]; empty: { person?: Person; pages: string[] } };
let app: Awaited<ReturnType<typeof openConsole>>;
const roles: Record<string, Role> = {};

beforeAll(async () => {
  app = await openConsole();
  const client = new Client(app.service.url, secret, {
    audience: tokenSettings.JWT_AUDIENCE,
    issuer: tokenSettings.JWT_ISSUER,
  });
  const day = new ExamDay(client, 1, () => {});
  await day.open();
  const { teacher, learners, auditor, operator } = day.people;
  await client.ask(operator, 'PUT', '/api/lms/v1/roster', {
    courses: [{ course_id: emptyCourse, display_name: 'Nothing yet' }],
    course_staff: [{ user: teacher.user_id, course_id: emptyCourse }],
  });
  const learner = learners[1]!;
  const { attempts } = await client.ask(learner, 'GET', '/api/exams/v1/me/attempts');
  const attempt = attempts[0].attempt_id;
  const course = encodeURIComponent(day.courseId);
  const exams = (await client.ask(teacher, 'GET', `/api/exams/v1/courses/${course}/exams`)).results;
  const inCourse = (id: string, ...pages: string[]) => pages.map((page) => `/courses/${id}/${page}`);
  const lists = ['exam-day', 'attempts', 'attempts/appeals', 'allowances', 'onboarding', 'exams', 'exams/outcomes'];
  const whatIf = (id: string) => `/audit/what-if?course_id=${encodeURIComponent(id)}&second_review=true`;
  roles.teacher = {
    person: teacher,
    pages: ['/exam-day', ...inCourse(course, ...lists, `attempts/${attempt}`, `exams/${exams[0].exam_id}`)],
    forms: ['/', ...inCourse(course, 'allowances/add')],
    empty: { pages: inCourse(encodeURIComponent(emptyCourse), ...lists, 'allowances/add') },
  };
  roles.auditor = {
    person: auditor,
    pages: ['/audit', `/audit/attempts/${attempt}`, '/audit/access', whatIf(day.courseId), '/audit/log'],
    forms: ['/', '/audit/what-if'],
    empty: { pages: ['/audit?user_id=999999', '/audit/access?user_id=999999', whatIf(emptyCourse)] },
  };
  const operations = ['dead-letters', 'callbacks', 'deliveries', 'subscriptions', 'providers', 'health', 'settings'];
  roles.operator = {
    person: operator,
    pages: ['/operations', ...operations.map((page) => `/operations/${page}`)],
    empty: { pages: ['/operations/dead-letters?subscription=mail', '/operations/callbacks?provider=nobody'] },
  };
  roles.learner = {
    person: learner,
    pages: ['/my-exams', `/my-exams/${attempt}`, '/my-onboarding'],
    forms: ['/', '/no-such-page'],
    empty: { person: stranger, pages: ['/my-exams', '/my-onboarding', '/my-exams/999999'] },
  };
}, 120_000);
afterAll(() => app?.close());

const source = 'apps/console/src';
const textFiles = (readdirSync(source, { recursive: true }) as string[]).filter((file) => file.endsWith('texts.ts'));
const textIds = textFiles.flatMap((file) =>
  [...readFileSync(join(source, file), 'utf8').matchAll(/^ +'([\w-]+\.[^']+)':/gm)].map(([, id]) => id!),
);
const beginsLikeAnId = new RegExp(`^(${[...new Set(textIds.map((id) => id.split('.')[0]))].join('|')})\\.\\S+$`);

/** The ids of missing texts. The page shows them, or a screen reader reads them, where a sentence should be. */
async function untranslated(page: Page): Promise<string[]> {
  const words: string[] = await page.evaluate(() => {
    const found: string[] = [document.title];
    const texts = document.createTreeWalker(document.body, 4);
    while (texts.nextNode()) found.push(texts.currentNode.data.trim());
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]'))
      for (const name of ['aria-label', 'title', 'placeholder']) found.push(element.getAttribute(name) ?? '');
    return found;
  });
  return words.filter((text) => beginsLikeAnId.test(text)).map((id) => `The text ${id} is missing.`);
}

type Answers = 'held' | 'failed' | 'given';

/** A tab that says what is wrong with pages whose requests are answered so. */
async function openTab(person: Person) {
  const page = await app.open(person);
  let answers: Answers = 'given';
  const logged: string[] = [];
  page.on('pageerror', ({ message }) => logged.push(message));
  page.on('console', (line) => {
    // The browser itself logs each answer that is a failure.
    if (line.type() === 'error' && !line.text().startsWith('Failed to load resource')) logged.push(line.text());
  });
  await page.route('**/api/**', (route) => {
    if (answers === 'given' || route.request().url().endsWith('/v1/me')) return route.continue();
    if (answers === 'failed') return route.fulfill({ status: 500, json: { detail: 'The service has failed.' } });
  });
  return {
    /** `widths` of the window in which axe looks at the page, too. */
    async problems(path: string, given: Answers, widths: number[], shows: (page: Page) => Promise<unknown>) {
      answers = given;
      logged.length = 0;
      const found: string[] = [];
      await page.goto(`${app.service.url}/console${path}`);
      await shows(page).catch(({ message }: Error) => found.push(message.split('\n')[0]!));
      for (const size of sizes) {
        await page.setViewportSize(size);
        found.push(...(await (widths.includes(size.width) ? problemsOf(page) : problemsOfWidth(page))));
      }
      found.push(...(await untranslated(page)), ...logged);
      return [...new Set(found)].map((problem) => `${path} (${given}): ${problem}`);
    },
    speak: (locale: string) => page.evaluate((chosen) => localStorage.setItem('locale', chosen), locale),
    async close() {
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await page.context().close();
    },
  };
}

const hasHeading = (page: Page) => page.locator('main h1').first().waitFor();
const hasContent = async (page: Page) => {
  await hasHeading(page);
  await page.waitForFunction(() => !document.querySelector('.spinner'));
};
const hasFailed = async (page: Page) => {
  await hasHeading(page);
  await page.locator('main [role=alert]').first().waitFor();
};

type Tab = Awaited<ReturnType<typeof openTab>>;

/** Shares the pages among some tabs. */
async function problemsOfAll(person: Person, pages: string[], look: (tab: Tab, path: string) => Promise<string[]>) {
  const waiting = [...pages];
  const inTab = async () => {
    const tab = await openTab(person);
    const found: string[] = [];
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) found.push(...(await look(tab, path)));
    await tab.close();
    return found;
  };
  return (await Promise.all(Array.from({ length: Math.min(tabs, pages.length) }, inTab))).flat();
}

for (const name of ['teacher', 'auditor', 'operator', 'learner']) {
  story(
    `the pages of the ${name} have no findings while they load, when they fail, and with content`,
    async () => {
      const { person, pages, forms = [] } = roles[name]!;
      const found = await problemsOfAll(person, [...pages, ...forms], async (tab, path) => {
        const asks = pages.includes(path);
        const loading = asks ? await tab.problems(path, 'held', [1280], hasHeading) : [];
        const failed = asks ? await tab.problems(path, 'failed', [1280], hasFailed) : [];
        const filled = await tab.problems(path, 'given', [320, 1280], hasContent);
        await tab.speak('de');
        const german = await tab.problems(path, 'given', [], hasContent);
        await tab.speak('en');
        return [...loading, ...failed, ...filled, ...german.map((problem) => `German: ${problem}`)];
      });
      expect(found).toEqual([]);
    },
    180_000,
  );

  story(
    `the pages of the ${name} have no findings without content`,
    async () => {
      const { person, empty } = roles[name]!;
      const look = (tab: Tab, path: string) => tab.problems(path, 'given', [1280], hasContent);
      expect(await problemsOfAll(empty.person ?? person, empty.pages, look)).toEqual([]);
    },
    60_000,
  );
}
