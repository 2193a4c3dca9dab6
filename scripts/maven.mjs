import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './prepare.mjs';

export const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/**
 * Answers `folder`. The first time, Maven fills it: `args` are Maven's goal and options, and `unpack` runs afterwards.
 * The error has one line if Java or Maven is missing; `advice` says what else the reader can do.
 */
export async function fetchedByMaven({ name, megabytes, folder, args, unpack = () => {}, advice, log }) {
  const { error, stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const found = error ? undefined : Number(/version "(\d+)/.exec(stderr)?.[1]);
  if (!(found >= 17))
    throw new Error(
      `${name} needs Java 17 or newer, and ${found ? `${java} is Java ${found}` : `${java} was not found`}. ` +
        `Install it (Debian: apt-get install openjdk-17-jre-headless maven) or set JAVA_HOME, ${advice}.`,
    );
  if (existsSync(folder)) return folder;
  if (spawnSync('mvn', ['--version']).status !== 0)
    throw new Error(
      `Maven, which fetches ${name}, was not found. Install it (Debian: apt-get install maven), ${advice}.`,
    );

  log(`Fetching ${name} (${megabytes} MB, once) …`);
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const output = join(draft, 'maven.log');
  const out = openSync(output, 'w');
  const code = await run(['mvn', '-q', '-B', ...args(draft)], { stdio: ['ignore', out, out] });
  closeSync(out);
  const report = readFileSync(output, 'utf8');
  if (code === 0) unpack(draft);
  if (code === 0 && !existsSync(folder)) renameSync(draft, folder);
  rmSync(draft, { recursive: true, force: true });
  if (code !== 0) throw new Error(`${report}Maven could not fetch ${name}. Try again, ${advice}.`);
  return folder;
}
