import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Person, tokenOf } from '../../support/service.js';
import { openBrowser } from '../browser/chromium.js';
import { startService } from '../browser/running-service.js';

declare const axe: { run(): Promise<AxeResults> };
/** The pages have it. */
declare const document: any;
declare const violations: string[];

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

/** The built service with its console, and a browser. Without a browser the stories are skipped, and `open` fails. */
export async function openConsole(settings: object = {}, environment: Record<string, string> = {}) {
  const [service, browser] = await Promise.all([startService(settings, environment), openBrowser()]);
  return {
    service,
    /** Opens a page of the console in a browser of its own, signed in as this person. */
    async open(person: Person | undefined, path = '/', options: BrowserContextOptions = {}): Promise<Page> {
      const context = await (browser as Browser).newContext({ locale: 'en-GB', ...options });
      await context.addInitScript(() => {
        Object.assign(globalThis, { violations: [] });
        document.addEventListener(
          'securitypolicyviolation',
          ({ violatedDirective, blockedURI }: Record<string, string>) =>
            violations.push(`${violatedDirective}: ${blockedURI}`),
        );
      });
      const page = await context.newPage();
      const fragment = person ? `#token=${await tokenOf(person)}` : '';
      await page.goto(`${service.url}/console${path}${fragment}`);
      return page;
    },
    async close() {
      await browser?.close();
      await service.stop();
    },
  };
}

/** The findings of all rules of axe, of the content security policy, and of a page that is wider than its window. */
export async function problemsOf(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations: found } = await page.evaluate(() => axe.run());
  return [
    ...found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)),
    ...(await problemsOfWidth(page)),
  ];
}

/** The findings of the content security policy, and of a page that is wider than its window. */
export async function problemsOfWidth(page: Page): Promise<string[]> {
  const [refused, overflow] = await page.evaluate(
    () => [violations, document.documentElement.scrollWidth - document.documentElement.clientWidth] as const,
  );
  return [...refused, ...(overflow > 0 ? [`The page is ${overflow} px wider than its window.`] : [])];
}

/** The same in a dark scheme and in the narrowest window, one after the other. The page is then as it was. */
export async function problemsEverywhere(page: Page): Promise<string[]> {
  const size = page.viewportSize()!;
  const found = await problemsOf(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  found.push(...(await problemsOf(page)));
  await page.setViewportSize({ width: 320, height: 640 });
  found.push(...(await problemsOf(page)));
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(size);
  return [...new Set(found)];
}
