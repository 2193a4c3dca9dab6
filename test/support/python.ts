import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CannotRun } from '../conformance/run-folder.js';

/** The folder of programs of a Python environment with these packages. They come from PyPI the first time. Throws CannotRun. */
export function pythonWith(name: string, packages: string[]): string {
  const home = resolve('.data', name);
  const complete = join(home, 'complete');
  if (!existsSync(complete)) {
    console.log(`Installing ${packages.join(', ')} …`);
    rmSync(home, { recursive: true, force: true });
    const must = (message: string, program: string, ...args: string[]) => {
      const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
      if (status !== 0)
        throw new CannotRun(`${packages[0]} cannot be installed. ${message}\n${error?.message ?? stderr}`);
    };
    const advice = 'Python 3.11 is needed, with venv (Debian: apt-get install python3 python3-venv).';
    must(advice, newEnough(), '-m', 'venv', home);
    must('It could not be fetched from PyPI.', join(home, 'bin', 'pip'), 'install', '-q', ...packages);
    writeFileSync(complete, '');
  }
  return join(home, 'bin');
}

/** `python3` may be older than 3.11 while python3.11 is installed. */
const newEnough = () =>
  ['python3.11', 'python3'].find(
    (name) => spawnSync(name, ['-c', 'import sys; assert sys.version_info >= (3, 11)']).status === 0,
  ) ?? 'python3.11';
