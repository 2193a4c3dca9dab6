// This file runs before any package is installed, so it imports Node's own modules only.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. Every script works in it, no matter from which folder it was called. */
export const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const lock = join(root, '.data', 'prepare.lock');
const built = join(root, 'dist', 'sources.sha256');

/** Installs the locked packages and builds, each only if something changed. An error has one line. */
export async function prepare({ builds = true } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(`Node 20.19 or newer is needed, not ${process.version}.`);
  await takeLock();
  try {
    if (isOlder('node_modules/.package-lock.json', 'package-lock.json')) {
      const install = npm('ci', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund');
      await step('Installing packages', () => mustSucceed(install, 'npm ci failed, see above'));
    }
    if (!builds) return;
    const sources = hashOfSources();
    if (!existsSync(built) || readFileSync(built, 'utf8') !== sources) {
      const build = [process.execPath, 'node_modules/@nestjs/cli/bin/nest.js', 'build'];
      const buildConsole = [
        process.execPath,
        'node_modules/vite/bin/vite.js',
        'build',
        'apps/console',
        '--logLevel=warn',
      ];
      await step('Building', async () => {
        await mustSucceed(build, 'The build failed, see above');
        await mustSucceed(buildConsole, 'The build of the console failed, see above');
      });
      writeFileSync(built, sources);
    }
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Runs `work`. After an error it prints one line and ends the process with code 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    if (error.code === 'EACCES') error.message += `: run as the user that owns ${root}`;
    console.error(`${error.message}${process.env.DEBUG ? `\n${error.stack}` : ''}`);
    process.exit(1);
  }
}

/** Does `work` and prints the elapsed time: on a terminal each second, elsewhere at the beginning and at the end. */
export async function step(name, work) {
  const began = performance.now();
  const { stderr } = process;
  const say = (end) => stderr.write(`${name} … ${Math.round((performance.now() - began) / 1000)} s${end}`);
  say(stderr.isTTY ? '\r' : '\n');
  const timer = setInterval(() => stderr.isTTY && say('\r'), 1000);
  return work().finally(() => {
    clearInterval(timer);
    say('\n');
  });
}

/** Runs a program in the foreground and passes SIGTERM and SIGINT on to it. Answers its exit code. */
export function run([program, ...args], options = {}, started = (_pid) => {}) {
  const child = spawn(program, args, { stdio: 'inherit', ...options });
  if (child.pid) started(child.pid);
  const passOn = (signal) => child.kill(signal);
  process.on('SIGTERM', passOn).on('SIGINT', passOn);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  }).finally(() => process.off('SIGTERM', passOn).off('SIGINT', passOn));
}

/** Ends this process when the npm that started it is killed, because a SIGKILL reaches npm only. */
export function endWithNpm() {
  const npm = process.ppid;
  if (process.env.npm_lifecycle_event)
    setInterval(() => process.ppid === npm || process.kill(process.pid, 'SIGTERM'), 500).unref();
}

export function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

export const npm = (...args) =>
  process.env.npm_execpath ? [process.execPath, process.env.npm_execpath, ...args] : ['npm', ...args];

async function mustSucceed(command, message) {
  // Its output goes to standard error, so that TOKEN=$(npm run -s token …) works.
  const code = await run(command, { stdio: ['ignore', 2, 2] }, (pid) => {
    symlinkSync(`${process.pid} ${pid}`, `${lock}.${pid}`);
    renameSync(`${lock}.${pid}`, lock);
  });
  if (code !== 0) throw new Error(`${message}.`);
}

/** Files below `apps` that a build or a check makes. */
const made = [join('apps', 'console', 'dist'), join('apps', 'console', 'src', 'api', 'schema.d.ts')];

const isOlder = (file, than) => !existsSync(file) || statSync(file).mtimeMs < statSync(than).mtimeMs;

function hashOfSources() {
  const hash = createHash('sha256');
  const add = (path) => {
    // Python makes this folder beside a script that a test runs.
    if (path.endsWith('__pycache__') || made.includes(path)) return;
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else if (!path.endsWith('.spec.ts')) hash.update(`${path}\0`).update(readFileSync(path));
  };
  for (const path of ['package-lock.json', 'package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'])
    add(path);
  for (const path of ['apps', 'libs', 'migrations', 'test']) add(path);
  return hash.digest('hex');
}

/**
 * The lock makes two commands that start at once, for example `npm start` and `npm test`, install and build one after the
 * other. It is a symbolic link that names the processes at work, because a link is made in one step. A lock whose processes
 * have ended is removed.
 */
async function takeLock() {
  mkdirSync(join(root, '.data'), { recursive: true });
  for (let announced = false; ; await pause(100)) {
    try {
      return symlinkSync(String(process.pid), lock);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holders = holdersOf(lock);
    const working = holders.find(isAlive);
    if (working && !announced) console.error(`Waiting for process ${working}, which installs or builds …`);
    announced ||= Boolean(working);
    if (holders.length > 0 && !working) rmSync(lock, { force: true });
  }
}

function holdersOf(lock) {
  try {
    return readlinkSync(lock).split(' ').map(Number);
  } catch {
    return []; // it has just been released
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(prepare);
