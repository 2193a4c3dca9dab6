import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

/** The installed Chromium, if there is one. */
export const executablePath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find((file) => existsSync(file));
if (!executablePath) console.warn('There is no chromium in PATH (on Debian: apt-get install chromium).');

/** Chromium has no sandbox for root. It opens only pages of this project. */
export const launchBrowser = (...args: string[]) =>
  chromium.launch({ executablePath: executablePath ?? 'chromium', args: ['--no-sandbox', ...args] });
