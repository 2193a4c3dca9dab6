import { executablePath, launchBrowser } from '../../support/browser.js';

/** A test that needs a browser. Without one it is skipped, but on a build server it fails. */
export const story = executablePath || process.env.CI ? it : it.skip;

/** Answers undefined if its stories are skipped. */
export async function openBrowser(...args: string[]) {
  if (!executablePath && !process.env.CI) return undefined;
  return launchBrowser(...args);
}
