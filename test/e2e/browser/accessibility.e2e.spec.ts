import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { page as pageOf } from '../../../apps/api/src/interstitials/pages.examples.js';
import { catalogues, type Language } from '../../../apps/api/src/texts/texts.js';
import { interstitials } from '../../../libs/domain/src/index.js';
import { openBrowser, story } from './chromium.js';

declare const axe: { run(): Promise<AxeResults> };

const script = createRequire(import.meta.url).resolve('axe-core');
const languages = Object.keys(catalogues) as Language[];

let browser: Browser | undefined;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  page = (await browser?.newPage())!;
});
afterAll(() => browser?.close());

/** The findings of all rules of axe in a course page with this content. */
async function problemsOf(language: Language, content: string): Promise<string[]> {
  await page.setContent(
    `<!doctype html><html lang="${language}"><title>Demo</title><main><h1>Demo</h1>${content}</main></html>`,
  );
  await page.addScriptTag({ path: script });
  const { violations } = await page.evaluate(() => axe.run());
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

const stylesheet = () =>
  ['apps/console/src/kit/tokens.css', 'apps/exam-page/src/style.css']
    .map((file) => readFileSync(file, 'utf8').replaceAll(':root', '.exam-page'))
    .join('');

/** The findings of axe in the page with the stylesheet, and the controls that are less than 24 px high or wide. */
async function problemsWithStyle(language: Language, direction: string, content: string): Promise<string[]> {
  const found = await problemsOf(
    language,
    `<style>${stylesheet()}</style><div class="exam-page">${content.replace(/ dir="\w+"/, ` dir="${direction}"`)}</div>`,
  );
  const controls = page
    .locator('button, .button, summary, input:not([type=hidden]), footer a')
    .filter({ visible: true });
  const boxes = await Promise.all((await controls.all()).map((control) => control.boundingBox()));
  const small = boxes.flatMap((box) => (box && Math.min(box.width, box.height) < 24 ? [JSON.stringify(box)] : []));
  const width = await page.evaluate('document.documentElement.scrollWidth');
  return [...found, ...small, ...(Number(width) > 320 ? [`${width} px wide`] : [])];
}

/** Values without everything optional: no time limit, no advice, no links, no way out. */
const bare = {
  total_time: '',
  hide_extra_time_footer: true,
  will_be_revealed: false,
  wait_deadline: undefined,
  does_time_remain: false,
  link_urls: {},
  progress_page_url: '',
  tech_support_email: '',
  proctoring_escalation_email: null,
  exam_review_policy: null,
  provider_tech_support_email: '',
  provider_tech_support_phone: '',
  learner_notification_from_email: '',
  integration_specific_email: '',
  reset_link: '',
  allow_proctoring_opt_out: false,
  able_to_reenter_exam: false,
  can_view_content_past_due: false,
  backend_instructions: null,
  software_download_url: null,
  onboarding_link: null,
  prerequisite_status: { failed_prerequisites: [], pending_prerequisites: [] },
};

/** Values as on most platforms. */
const usual = (interstitial: string) =>
  interstitial.startsWith('timed_')
    ? { exam_name: 'Midterm' }
    : { exam_display_name: 'Midterm', provider_name: 'Proctoring Ltd' };

describe.each(languages)('in %s, people with a screen reader can use the page', (language) => {
  story.each(interstitials)('%s, with all optional parts and without any', async (interstitial) => {
    const found = {
      full: await problemsOf(language, pageOf(interstitial, language)),
      withoutInstructions: await problemsOf(language, pageOf(interstitial, language, { backend_instructions: null })),
      bare: await problemsOf(language, pageOf(interstitial, language, bare, 0)),
    };
    expect(found).toEqual({ full: [], withoutInstructions: [], bare: [] });
  });
});

describe('with the stylesheet, on a screen of 320 px, each page has contrast and large targets', () => {
  story.each([
    ['in light colours', { colorScheme: 'light' }, 'ltr', 'en'],
    ['in light colours and German', { colorScheme: 'light' }, 'ltr', 'de'],
    ['in dark colours', { colorScheme: 'dark' }, 'ltr', 'en'],
    ['in high contrast', { colorScheme: 'dark', contrast: 'more' }, 'ltr', 'en'],
    ['in forced colours', { forcedColors: 'active' }, 'ltr', 'en'],
    ['written from right to left', { colorScheme: 'light' }, 'rtl', 'en'],
  ] as const)('%s', async (_, media, direction, language) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.emulateMedia({ colorScheme: null, contrast: null, forcedColors: null, ...media });
    const found: Record<string, string[]> = {};
    for (const interstitial of interstitials) {
      const content = pageOf(interstitial, language, usual(interstitial));
      const problems = await problemsWithStyle(language, direction, content);
      if (problems.length > 0) found[interstitial] = problems;
    }
    expect(found).toEqual({});
  });
});

story('a page that they cannot use is found', async () => {
  expect(await problemsOf('en', '<button></button><img src="x">')).toEqual([
    'button-name: <button></button>',
    'image-alt: <img src="x">',
  ]);
});
