import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const executablePath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find((file) => existsSync(file));

/** A test that needs a browser. Without one it is skipped, but on a build server it fails. */
export const story = executablePath || process.env.CI ? it : it.skip;
if (!executablePath) console.warn('There is no chromium in PATH (on Debian: apt-get install chromium).');

/** Answers undefined if its stories are skipped. */
export async function openBrowser(...args: string[]) {
  if (!executablePath && !process.env.CI) return undefined;
  // Chromium has no sandbox for root. It opens only pages of these tests.
  return chromium.launch({ executablePath: executablePath ?? 'chromium', args: ['--no-sandbox', ...args] });
}
