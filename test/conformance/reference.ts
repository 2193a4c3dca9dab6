import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Child, freePort } from './child.js';
import { type Entry, effectOf } from './reference.effects.js';
import { type Server, send } from './server.js';

/** The reference cannot run on this machine. */
export class CannotRun extends Error {}

/**
 * Starts the reference of ORACLE_DIR, with data of its own in `dir`. It installs into ORACLE_HOME, which the next run
 * uses again. Throws CannotRun with what is missing.
 */
export async function startReference(dir: string, clockFile: string, name = 'reference'): Promise<Server> {
  const script = resolve(process.env.ORACLE_DIR || '../shared/oracle', 'oracle');
  if (!existsSync(script)) throw new CannotRun(`There is no ${script}: set ORACLE_DIR to the folder of the reference.`);
  const kept = resolve(process.env.ORACLE_HOME || join(homedir(), '.cache', 'proctoring-oracle'));
  const installed = spawnSync('bash', [script, 'install'], {
    env: { ...process.env, ORACLE_HOME: kept },
    encoding: 'utf8',
  });
  if (installed.status !== 0)
    throw new CannotRun(
      `The reference cannot be installed: it needs bash, Python 3.11 with venv, and PyPI.\n${installed.stderr ?? installed.error?.message}`,
    );

  const home = join(dir, name);
  mkdirSync(home);
  symlinkSync(join(kept, 'venv'), join(home, 'venv'));
  for (const file of ['oracle.sqlite3', 'migrated']) copyFileSync(join(kept, file), join(home, file)); // empty, and ready
  const port = await freePort();
  const vendorPort = await freePort();
  const env = {
    ORACLE_HOME: home,
    ORACLE_PORT: String(port),
    ORACLE_PROVIDER_PORT: String(vendorPort),
  };
  const command = ['bash', script, 'serve', '--clock', clockFile];
  await new Child(name, dir, command, env).answers(port, '/_oracle/health');

  const ids = new Map<string, number>();
  const change = async (path: string, body: object): Promise<any> => {
    const answer = await send(port, { method: 'POST', path, body: JSON.stringify(body) });
    if (answer.status === 200) return answer.body;
    throw new Error(`The ${name} refused ${JSON.stringify(body)}: ${JSON.stringify(answer)}`);
  };
  const remember = ({ users }: { users: Record<string, number> }) => {
    for (const [username, id] of Object.entries(users)) ids.set(username, id);
  };
  return {
    name,
    async ask({ as, headers, ...request }) {
      const asked = { ...request, headers: { ...headers, ...(as && { 'X-Oracle-User': as.username }) } };
      const answer = await send(port, asked);
      if (request.path === '/_oracle/seed' && answer.status === 200) remember(answer.body as any);
      return answer;
    },
    seed: async (roster) => remember(await change('/_oracle/seed', roster)),
    configure: (settings) => change('/_oracle/settings', settings),
    vendor: (request) => send(vendorPort, request),
    async effects(since) {
      const { body } = await send(port, { method: 'GET', path: '/_oracle/effects?kind=service,signal,email,event' });
      await send(port, { method: 'DELETE', path: '/_oracle/effects' });
      const idOf = (username: string) => ids.get(username)!;
      return (body as Entry[]).flatMap((entry) => effectOf(entry, idOf)).filter(({ at }) => at >= since);
    },
  };
}
