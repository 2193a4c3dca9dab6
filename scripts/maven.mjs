import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './prepare.mjs';

export const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';

/**
 * The folder of what Maven fetches into it the first time: `words` are its goal and options, and `done` what else is to be
 * done there. Throws one line when Java or Maven is missing; `instead` is what may be done about it.
 */
export async function fetchedByMaven({ name, megabytes, folder, words, done = () => {}, instead, log }) {
  const { error, stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const found = error ? undefined : Number(/version "(\d+)/.exec(stderr)?.[1]);
  if (!(found >= 17))
    throw new Error(
      `${name} needs Java 17 or newer, and ${found ? `${java} is Java ${found}` : `${java} was not found`}. ` +
        `Install it (Debian: apt-get install openjdk-17-jre-headless maven) or set JAVA_HOME, ${instead}.`,
    );
  if (existsSync(folder)) return folder;
  if (spawnSync('mvn', ['--version']).status !== 0)
    throw new Error(
      `Maven, which fetches ${name}, was not found. Install it (Debian: apt-get install maven), ${instead}.`,
    );

  log(`Fetching ${name} (${megabytes} MB, once) …`);
  const made = `${folder}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  const output = join(made, 'maven.log');
  const out = openSync(output, 'w');
  const code = await run(['mvn', '-q', '-B', ...words(made)], { stdio: ['ignore', out, out] });
  closeSync(out);
  const said = readFileSync(output, 'utf8');
  if (code === 0) done(made);
  if (code === 0 && !existsSync(folder)) renameSync(made, folder);
  rmSync(made, { recursive: true, force: true });
  if (code !== 0) throw new Error(`${said}Maven could not fetch ${name}. Try again, ${instead}.`);
  return folder;
}
