import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const version = '4.32.5';

/** The program cannot be had on this machine. */
export class CannotRun extends Error {}

/** Schemathesis, installed from PyPI the first time. Throws CannotRun with what is missing. */
export function installedProgram(): string {
  const home = resolve('.data', `schemathesis-${version}`);
  const complete = join(home, 'complete');
  if (!existsSync(complete)) {
    console.log(`Installing schemathesis ${version} …`);
    rmSync(home, { recursive: true, force: true });
    must(
      `Python 3.11 is needed, with venv (Debian: apt-get install python3 python3-venv).`,
      pythonOf(),
      '-m',
      'venv',
      home,
    );
    must('It could not be fetched from PyPI.', join(home, 'bin', 'pip'), 'install', '-q', `schemathesis==${version}`);
    writeFileSync(complete, '');
  }
  return join(home, 'bin', 'schemathesis');
}

/** Newer ones are not always the default. */
const pythonOf = () =>
  ['python3.11', 'python3'].find(
    (name) => spawnSync(name, ['-c', 'import sys; assert sys.version_info >= (3, 11)']).status === 0,
  ) ?? 'python3.11';

function must(otherwise: string, program: string, ...args: string[]) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new CannotRun(`Schemathesis cannot be installed. ${otherwise}\n${error?.message ?? stderr}`);
}
