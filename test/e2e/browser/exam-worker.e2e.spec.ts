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
let provider: PretendedProvider;
let theirs: ReturnType<typeof unpack> | undefined;
const scripts: Record<string, string> = {};
/** The answers of the proctoring application on the learner's computer. */
let desk: object;

beforeAll(async () => {
  provider = await PretendedProvider.open();
  // Mockprock's application has a fixed address.
  browser = await openBrowser(`--host-resolver-rules=MAP localhost:11136 ${new URL(provider.url).host}`);
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
  const providerScript = bundled({ main: resolve('dist/test/e2e/browser/provider-script.js'), '#exam-worker': ours });
  scripts.ours = `globalThis.desk = '${provider.url}'; ${providerScript} load('main');`;
  scripts.broken = `throw new Error('out of order');`;
  scripts.deaf = '';
  provider.mood = answerTo;
  page = await browser.newPage();
  // The page belongs to another site than the provider's script.
  await page.goto(`${provider.url.replace('127.0.0.1', 'localhost')}/lesson`);
  await page.addScriptTag({ url: `${provider.url}/page.js` });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await provider.close();
  theirs?.remove();
});

beforeEach(() => {
  provider.forget();
  desk = {};
  provider.mood = answerTo;
});

function answerTo({ route }: { route: string }) {
  const [, name] = /^GET \/(.+)\.js$/.exec(route) ?? [];
  if (name) return name in scripts ? script(scripts[name]) : { status: 404 };
  if (route === 'GET /lesson') return html('<h1>Lesson</h1>');
  const status = /ping|start/.test(route) ? 'running' : 'uploading';
  return /desk/.test(route) ? { headers: anyone, body: { status }, ...desk } : undefined;
}

const desks = () => provider.routes().filter((route) => /desk/.test(route));

/** Sends one message from the page to the provider's script and answers the outcome. */
const call = (by: string, what: 'start' | 'ping' | 'end', name: string, pingInterval = 60) =>
  page.evaluate(
    async ({ by, what, url, pingInterval }) => {
      const id = 'seat-7';
      try {
        if (by === 'ours') await new (load('exam-worker').ExamWorker)({ url, pingInterval })[what](id);
        else if (what === 'ping') await load('special-exams').pingApplication(pingInterval, id, url);
        else {
          const { default: maps } = load('messages');
          const map = maps[what === 'end' ? 'submit' : what];
          await load('special-exams').workerPromiseForEventNames(map, url)(60_000, id);
        }
        return 'done';
      } catch (error) {
        return `failed: ${error instanceof Error ? error.message : error}`;
      }
    },
    { by, what, url: `${provider.url}/${name}.js`, pingInterval },
  );

const pages = ['ours', 'frontend-lib-special-exams'];

describe.each(pages)('the page half: %s', (by) => {
  describe.each(['mockprock', 'mockprock-over-ours'])("with mockprock's script: %s", (name) => {
    story('starts, pings and ends its application', async () => {
      for (const what of ['start', 'ping', 'end'] as const) expect(await call(by, what, name)).toBe('done');
      expect(desks()).toEqual(['POST /desktop/start', 'GET /desktop/ping', 'POST /desktop/stop']);
    });

    story('learns that the application does not run', async () => {
      desk = { body: { status: 'crashed' } };
      const refusal = by === 'ours' ? /^failed: .*: refused, without a reason$/ : /^failed: undefined$/;
      for (const what of ['start', 'ping', 'end'] as const) expect(await call(by, what, name)).toMatch(refusal);
    });
  });

  story('sends our half the attempt and the time limit for the answer', async () => {
    for (const what of ['start', 'ping', 'end'] as const) expect(await call(by, what, 'ours')).toBe('done');
    expect(desks()).toEqual([
      'POST /desk/start?attempt=seat-7&timeout=60000',
      'GET /desk/ping?attempt=seat-7&timeout=50000',
      'POST /desk/end?attempt=seat-7',
    ]);
  });

  story('learns from our half why the application does not run', async () => {
    desk = { status: 503 };
    expect(await call(by, 'ping', 'ours')).toMatch(/^failed: .*the application answers 503$/);
  });
});

describe('a page', () => {
  story('does not wait for ever for a silent script', async () => {
    expect(await call('ours', 'ping', 'deaf', 0.5)).toBe('failed: ping: no answer in 0.5 s');
  });

  story.each(['broken', 'missing'])('does not wait at all for a script that is %s', async (name) => {
    expect(await call('ours', 'start', name)).toMatch(new RegExp(`^failed: startExamAttempt: .*/${name}\\.js`));
  });

  story('sends a script its options first', async () => {
    const failure = await page.evaluate(
      async ({ url, baseUrl }) => {
        const worker = new (load('exam-worker').ExamWorker)({ url, pingInterval: 60, options: { baseUrl } });
        return worker.start('seat-7').catch(String);
      },
      { url: `${provider.url}/mockprock.js`, baseUrl: `${provider.url}/elsewhere` },
    );
    expect(failure).toBeUndefined();
    expect(desks()).toEqual(['POST /elsewhere/desktop/start']);
  });

  story('pings after half an interval and then at each interval, until the signal', async () => {
    await page.evaluate(
      ({ url }) => {
        const worker = new (load('exam-worker').ExamWorker)({ url, pingInterval: 0.3 });
        const end = new AbortController();
        Object.assign(globalThis, { end });
        worker.keepPinging('seat-7', async () => false, end.signal);
      },
      { url: `${provider.url}/ours.js` },
    );
    await until('there are three pings', () => desks().length >= 3);
    await page.evaluate('end.abort()');
    const count = desks().length;
    await pause(700);
    expect(desks().length - count).toBeLessThanOrEqual(1); // one may have been on its way
  });

  story('keeps pinging until its report of a failure has ended the attempt', async () => {
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
      `${provider.url}/ours.js`,
    );
    expect(reports).toEqual(Array(3).fill([4, 'error', 'ping: the application answers 503']));
  });

  story('sends requests only to the service if the provider has no script', async () => {
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
