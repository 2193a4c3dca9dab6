// node scripts/on-node.mjs 24 scripts/test.mjs …: runs a script on another version of Node than the installed one.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { endWithNpm, main, npm, root, run } from './prepare.mjs';

/** The versions to test besides the installed one. npm has a package of each for each system. */
const versions = { 22: '22.23.3', 24: '24.21.0' };

await main(async () => {
  endWithNpm();
  const [major, ...script] = process.argv.slice(2);
  const bin = await binOf(versions[major]);
  process.exitCode = await run([join(bin, 'node'), ...script], {
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
});

/** The folder of this version's `node`. npm fetches it the first time. */
async function binOf(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(root, '.cache', `node-${version}`);
  const bin = join('node_modules', name, 'bin');
  if (existsSync(folder)) return join(folder, bin);
  console.error(`Fetching Node ${version} …`);
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await run(npm('install', '--prefix', draft, ...options, `${name}@${version}`), {
    stdio: ['ignore', 2, 2],
  });
  if (code === 0 && !existsSync(folder)) renameSync(draft, folder);
  rmSync(draft, { recursive: true, force: true });
  if (code !== 0) throw new Error(`npm could not fetch Node ${version}, see above.`);
  return join(folder, bin);
}
