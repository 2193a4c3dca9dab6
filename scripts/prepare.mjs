// Runs before anything is installed: Node's own modules only.
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

/** The repository; every script works in it, wherever it was called from. */
export const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const lock = join(root, '.data', 'prepare.lock');
const built = join(root, 'dist', 'sources.sha256');

/** Installs the locked packages and builds, each only when something changed. Throws one line. */
export async function prepare({ builds = true } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Error(`Node 20.19 or newer is needed, not ${process.version}.`);
  await takeLock();
  try {
    if (isOlder('node_modules/.package-lock.json', 'package-lock.json')) {
      const install = npm('ci', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund');
      await step('Installing packages', () => must(install, 'npm ci failed, see above'));
    }
    if (!builds) return;
    const sources = hashOfSources();
    if (!existsSync(built) || readFileSync(built, 'utf8') !== sources) {
      const build = [process.execPath, 'node_modules/@nestjs/cli/bin/nest.js', 'build'];
      await step('Building', () => must(build, 'The build failed, see above'));
      writeFileSync(built, sources);
    }
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Runs `work`; an error is printed as one line, and the process ends with 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    if (error.code === 'EACCES') error.message += `: run as the user that owns ${root}`;
    console.error(`${error.message}${process.env.DEBUG ? `\n${error.stack}` : ''}`);
    process.exit(1);
  }
}

/** Does `work` and says for how long it has been at it: on a terminal each second, elsewhere at the begin and the end. */
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

/** Runs a program in the foreground, hands on SIGTERM and SIGINT to it, answers its exit code. */
export function run([program, ...args], options = {}, started = (_pid) => {}) {
  const child = spawn(program, args, { stdio: 'inherit', ...options });
  if (child.pid) started(child.pid);
  const handOn = (signal) => child.kill(signal);
  process.on('SIGTERM', handOn).on('SIGINT', handOn);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  }).finally(() => process.off('SIGTERM', handOn).off('SIGINT', handOn));
}

/** Ends this process too when the npm that started it was killed, for that kill reaches npm only. */
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

async function must(command, otherwise) {
  // Standard output stays clean: TOKEN=$(npm run -s token …)
  const code = await run(command, { stdio: ['ignore', 2, 2] }, (pid) => {
    symlinkSync(`${process.pid} ${pid}`, `${lock}.${pid}`);
    renameSync(`${lock}.${pid}`, lock);
  });
  if (code !== 0) throw new Error(`${otherwise}.`);
}

const isOlder = (file, than) => !existsSync(file) || statSync(file).mtimeMs < statSync(than).mtimeMs;

function hashOfSources() {
  const hash = createHash('sha256');
  const add = (path) => {
    // A test that runs Python leaves __pycache__ beside its script.
    if (path.endsWith('__pycache__')) return;
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else if (!path.endsWith('.spec.ts')) hash.update(`${path}\0`).update(readFileSync(path));
  };
  for (const path of ['package-lock.json', 'package.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'])
    add(path);
  for (const path of ['apps', 'libs', 'migrations', 'test']) add(path);
  return hash.digest('hex');
}

/**
 * Two commands started at once, say `npm start` and `npm test`, install and build one after the other. The lock is a
 * link that names the processes at work: it is made in one step, and one that killed processes left counts no more.
 */
async function takeLock() {
  mkdirSync(join(root, '.data'), { recursive: true });
  for (let told = false; ; await pause(100)) {
    try {
      return symlinkSync(String(process.pid), lock);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holders = holdersOf(lock);
    const working = holders.find(isAlive);
    if (working && !told) told = !console.error(`Waiting for process ${working}, which installs or builds …`);
    if (holders.length > 0 && !working) rmSync(lock, { force: true });
  }
}

function holdersOf(lock) {
  try {
    return readlinkSync(lock).split(' ').map(Number);
  } catch {
    return []; // just released
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(prepare);
