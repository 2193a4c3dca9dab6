import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { until } from '../../../libs/event-store/src/testing.js';
import { PretendedProvider } from '../../../libs/providers/src/testing.js';
import { bundled } from './bundle.js';
import { openBrowser, story } from './chromium.js';
import { unpack } from './npm-packages.js';
import { anyone, html, script } from './pages.js';

declare const load: (name: string) => any;

const ours = resolve('dist/libs/exam-worker/src/index.js');

let browser: Browser | undefined;
let page: Page;
let vendor: PretendedProvider;
let theirs: ReturnType<typeof unpack> | undefined;
const scripts: Record<string, string> = {};
/** The answers of the application on the learner's desk. */
let desk: object;

beforeAll(async () => {
  vendor = await PretendedProvider.open();
  // Mockprock's application has an address of its own.
  browser = await openBrowser(`--host-resolver-rules=MAP localhost:11136 ${new URL(vendor.url).host}`);
  if (!browser) return;
  theirs = unpack();
  const { mockprock, handlerWrapper, specialExams } = theirs;
  scripts.page = bundled({
    'exam-worker': ours,
    'special-exams': specialExams('data/messages/handlers.js'),
    messages: specialExams('data/messages/constants.js'),
    '@edx/frontend-platform/logging': resolve('dist/test/e2e/browser/frontend-platform.js'),
  });
  scripts.mockprock = `${bundled({ main: mockprock, '@edx/edx-proctoring': handlerWrapper })} load('main');`;
  scripts['mockprock-over-ours'] = `${bundled({ main: mockprock, '@edx/edx-proctoring': ours })} load('main');`;
  const vendorScript = bundled({ main: resolve('dist/test/e2e/browser/provider-script.js'), '#exam-worker': ours });
  scripts.ours = `globalThis.desk = '${vendor.url}'; ${vendorScript} load('main');`;
  scripts.broken = `throw new Error('out of order');`;
  scripts.deaf = '';
  vendor.mood = answerTo;
  page = await browser.newPage();
  // The page is of another site than the provider's script.
  await page.goto(`${vendor.url.replace('127.0.0.1', 'localhost')}/lesson`);
  await page.addScriptTag({ url: `${vendor.url}/page.js` });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await vendor.close();
  theirs?.remove();
});

beforeEach(() => {
  vendor.forget();
  desk = {};
  vendor.mood = answerTo;
});

function answerTo({ route }: { route: string }) {
  const [, name] = /^GET \/(.+)\.js$/.exec(route) ?? [];
  if (name) return name in scripts ? script(scripts[name]) : { status: 404 };
  if (route === 'GET /lesson') return html('<h1>Lesson</h1>');
  const status = /ping|start/.test(route) ? 'running' : 'uploading';
  return /desk/.test(route) ? { headers: anyone, body: { status }, ...desk } : undefined;
}

const desks = () => vendor.routes().filter((route) => /desk/.test(route));

/** One message from the page; answers what came of it. */
const say = (by: string, what: 'start' | 'ping' | 'end', name: string, pingInterval = 60) =>
  page.evaluate(
    async ({ by, what, url, pingInterval }) => {
      const id = 'seat-7';
      try {
        if (by === 'ours') await new (load('exam-worker').ExamWorker)({ url, pingInterval })[what](id);
        else if (what === 'ping') await load('special-exams').pingApplication(pingInterval, id, url);
        else {
          const { default: maps } = load('messages');
          const map = maps[what === 'end' ? 'submit' : what];
          await load('special-exams').workerPromiseForEventNames(map, url)(5000, id);
        }
        return 'done';
      } catch (error) {
        return `failed: ${error instanceof Error ? error.message : error}`;
      }
    },
    { by, what, url: `${vendor.url}/${name}.js`, pingInterval },
  );

const pages = ['ours', 'frontend-lib-special-exams'];

describe.each(pages)('the page half: %s', (by) => {
  describe.each(['mockprock', 'mockprock-over-ours'])("with mockprock's script: %s", (name) => {
    story('starts, pings and ends its application', async () => {
      for (const what of ['start', 'ping', 'end'] as const) expect(await say(by, what, name)).toBe('done');
      expect(desks()).toEqual(['POST /desktop/start', 'GET /desktop/ping', 'POST /desktop/stop']);
    });

    story('hears that the application does not run', async () => {
      desk = { body: { status: 'crashed' } };
      const refusal = by === 'ours' ? /^failed: .*: refused, without a reason$/ : /^failed: undefined$/;
      for (const what of ['start', 'ping', 'end'] as const) expect(await say(by, what, name)).toMatch(refusal);
    });
  });

  story('tells our half which attempt it is about, and in which time to answer', async () => {
    for (const what of ['start', 'ping', 'end'] as const) expect(await say(by, what, 'ours')).toBe('done');
    const start = by === 'ours' ? 60_000 : 5000;
    expect(desks()).toEqual([
      `POST /desk/start?attempt=seat-7&timeout=${start}`,
      'GET /desk/ping?attempt=seat-7&timeout=50000',
      'POST /desk/end?attempt=seat-7',
    ]);
  });

  story('hears from our half why the application does not run', async () => {
    desk = { status: 503 };
    expect(await say(by, 'ping', 'ours')).toMatch(/^failed: .*the application answers 503$/);
  });
});

describe('a page', () => {
  story('does not wait for ever for a script that keeps silent', async () => {
    expect(await say('ours', 'ping', 'deaf', 0.5)).toBe('failed: ping: no answer in 0.5 s');
  });

  story.each(['broken', 'missing'])('does not wait at all for a script that is %s', async (name) => {
    expect(await say('ours', 'start', name)).toMatch(new RegExp(`^failed: startExamAttempt: .*/${name}\\.js`));
  });

  story('tells a script first how it is to be set up', async () => {
    const told = await page.evaluate(
      async ({ url, baseUrl }) => {
        const worker = new (load('exam-worker').ExamWorker)({ url, pingInterval: 60, options: { baseUrl } });
        return worker.start('seat-7').catch(String);
      },
      { url: `${vendor.url}/mockprock.js`, baseUrl: `${vendor.url}/elsewhere` },
    );
    expect(told).toBeUndefined();
    expect(desks()).toEqual(['POST /elsewhere/desktop/start']);
  });

  story('pings at half the interval and then at each, until it is told to end', async () => {
    await page.evaluate(
      ({ url }) => {
        const worker = new (load('exam-worker').ExamWorker)({ url, pingInterval: 0.3 });
        const end = new AbortController();
        Object.assign(globalThis, { end });
        worker.keepPinging('seat-7', async () => false, end.signal);
      },
      { url: `${vendor.url}/ours.js` },
    );
    await until('there are three pings', () => desks().length >= 3);
    await page.evaluate('end.abort()');
    const count = desks().length;
    await pause(700);
    expect(desks().length - count).toBeLessThanOrEqual(1); // one may have been on its way
  });

  story('pings on until the report of a failure has ended the attempt', async () => {
    desk = { status: 503 };
    const reports = await page.evaluate(
      (desktop_application_js_url) =>
        new Promise((resolve) => {
          const reports: unknown[] = [];
          const ended = [false, 'offline', 4];
          const put = async (...report: unknown[]) => {
            reports.push(report);
            const answer = ended.shift();
            if (answer === 'offline') throw new Error(answer);
            return answer;
          };
          const timer = { attempt_id: 4, external_id: 'seat-7', ping_interval: 1, desktop_application_js_url };
          new (load('exam-worker').ProctoredExam)(timer, put).watch(() => resolve(reports));
        }),
      `${vendor.url}/ours.js`,
    );
    expect(reports).toEqual(Array(3).fill([4, 'error', 'ping: the application answers 503']));
  });

  story('asks nobody but the service where the vendor has no script', async () => {
    const actions = await page.evaluate(async () => {
      const actions: string[] = [];
      const timer = { attempt_id: 4, external_id: 'seat-7', ping_interval: 0.1, desktop_application_js_url: '' };
      const exam = new (load('exam-worker').ProctoredExam)(timer, async (_: number, action: string) =>
        actions.push(action),
      );
      exam.watch(() => actions.push('interrupted'));
      for (const action of ['start', 'stop', 'submit']) await exam[action]();
      return actions;
    });
    expect(actions).toEqual(['start', 'stop', 'submit']);
    expect(desks()).toEqual([]);
  });
});
