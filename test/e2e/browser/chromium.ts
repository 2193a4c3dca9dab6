import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const executablePath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find((file) => existsSync(file));

/** Properties of a browser. On a developer's machine there may be none; on a build server that is a failure. */
export const story = executablePath || process.env.CI ? it : it.skip;
if (!executablePath) console.warn('There is no chromium in PATH (on Debian: apt-get install chromium).');

/** Answers undefined where its stories are skipped. */
export async function openBrowser(...args: string[]) {
  if (!executablePath && !process.env.CI) return undefined;
  // Without a sandbox, for root has none; it visits nothing but this test.
  return chromium.launch({ executablePath: executablePath ?? 'chromium', args: ['--no-sandbox', ...args] });
}
