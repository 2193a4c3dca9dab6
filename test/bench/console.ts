import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { openStartableDatabase } from '../support/database.js';
import type { Bench } from './bench.js';
import { type Contender, startService } from './contenders.js';
import { enrol, fillWithAttempts, learnerNamed, publish, staff } from './courses.js';
import type { Section } from './report.js';
import { inTurn } from './rounds.js';

declare const performance: any;
declare const requestAnimationFrame: (call: () => void) => void;

const exams = 10;
const courseId = 'course-v1:OrgX+Console+long';

/** The first row of a table below its head. */
const firstRow = (page: Page) => page.getByRole('row').nth(1);

/** The milliseconds from the navigation to the first paint, and until the page shows what it is about. */
type Opened = { painted: number; shown: number };

/** Measures the console in Chromium, with a long list of attempts in the course. */
export async function usingConsole({ effort, dir, say }: Bench): Promise<Section> {
  const database = await openStartableDatabase();
  let service: Contender | undefined;
  let browser: Browser | undefined;
  try {
    service = await startService(dir, 'console', database);
    say(`Filling a course with ${effort.listed} attempts …`);
    await enrol(service, courseId, effort.listed / exams);
    await fillWithAttempts(
      database.url,
      courseId,
      await publish(service, courseId, exams),
      effort.listed / exams,
      () => ['AttemptStarted', 'AttemptSubmitted'],
    );
    await database.owner.query('vacuum (analyze)');
    browser = await launchBrowser();
    const { Authorization } = await service.credentials(staff);
    const token = Authorization.split(' ')[1];
    const address = `http://127.0.0.1:${service.port}/console`;
    const attempts = `${address}/courses/${encodeURIComponent(courseId)}/attempts`;

    const opens = (url: string, shown: (page: Page) => Locator) => async (): Promise<Opened> => {
      const context = await browser!.newContext();
      const page = await context.newPage();
      await page.goto(`${url}#token=${token}`);
      await shown(page).waitFor();
      const opened = await page.evaluate(() => ({
        painted: performance.getEntriesByName('first-contentful-paint')[0].startTime,
        shown: performance.now(),
      }));
      await context.close();
      return opened;
    };
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${attempts}#token=${token}`);
    await firstRow(page).waitFor();
    const search = page.getByRole('searchbox').first();
    const somebody = (round: number) => learnerNamed(Math.floor(effort.listed / exams / 2) + round);
    const key = async () => {
      await search.focus();
      return nextFrame(page, () => page.keyboard.press('x'));
    };
    const find = async (round: number) => {
      await search.fill('');
      const begin = Date.now();
      await search.fill(somebody(round));
      await page
        .getByRole('row', { name: somebody(round) })
        .first()
        .waitFor();
      return Date.now() - begin;
    };
    say('  first view, list, key, search …');
    const { home, list } = await inTurn(effort.rounds, {
      home: opens(address, (home) => home.getByRole('heading', { level: 1 })),
      list: opens(attempts, firstRow),
    });
    const { typed, found } = await inTurn(effort.rounds, { typed: key, found: find });
    const bar = (what: string, values: number[], atMost: number) => ({ what, ratios: values, atMost, unit: 'ms' });
    return {
      title: 'o. The console in a browser',
      setting: `Chromium on the same machine, a new profile for each page; ${effort.listed.toLocaleString('en-US')} attempts in the course. "Shown" is when the heading or the first row is there. A search includes typing, the request, and the new rows.`,
      tables: [
        {
          unit: 'ms',
          lines: [
            { who: 'home, first paint', values: home.map(({ painted }) => painted) },
            { who: 'home, shown', values: home.map(({ shown }) => shown) },
            { who: 'attempts, first paint', values: list.map(({ painted }) => painted) },
            { who: 'attempts, shown', values: list.map(({ shown }) => shown) },
            { who: 'a key, next frame', values: typed },
            { who: 'search, rows shown', values: found },
          ],
        },
      ],
      bars: [
        bar(
          'first view, shown',
          home.map(({ shown }) => shown),
          1500,
        ),
        bar(
          'list of attempts, shown',
          list.map(({ shown }) => shown),
          1500,
        ),
        bar('a key, next frame', typed, 100),
      ],
    };
  } finally {
    await browser?.close();
    await service?.stop();
    await database.close();
  }
}

/** The milliseconds from an action until the frame after it. */
async function nextFrame(page: Page, act: () => Promise<void>): Promise<number> {
  const frame = page.evaluate(
    () =>
      new Promise<number>((done) => {
        (globalThis as any).addEventListener(
          'keydown',
          () => {
            const begin = performance.now();
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begin)));
          },
          { once: true, capture: true },
        );
      }),
  );
  await act();
  return frame;
}
