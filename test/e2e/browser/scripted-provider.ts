import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundled } from './bundle.js';
import { script } from './pages.js';

/** The settings of a provider at this address. It has a script there, and gets a ping each second. */
export function scriptedProvider(url: string, folder: string) {
  const bundles = join(folder, 'bundles.json');
  writeFileSync(bundles, JSON.stringify({ chunks: { watcher: [{ publicPath: `${url}/watch.js` }] } }));
  const client = { client_id: 'lms', client_secret: 'secret' };
  const rest = { base_url: url, ...client, npm_module: 'watcher', ping_interval: 1 };
  return { PROCTORING_BACKENDS: { DEFAULT: 'rest', rest }, WEBPACK_LOADER: { WORKERS: { STATS_FILE: bundles } } };
}

/** The script of that provider, at `/watch.js` of its site. */
export function watchScript(url: string) {
  const main = bundled({
    main: resolve('dist/test/e2e/browser/provider-script.js'),
    '#exam-worker': resolve('dist/libs/exam-worker/src/index.js'),
  });
  return script(`globalThis.desk = '${url}'; ${main} load('main');`);
}
