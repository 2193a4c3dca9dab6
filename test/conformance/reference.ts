import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Release } from '../../libs/domain/src/index.js';
import { Child, freePort } from './child.js';
import { type Entry, effectOf } from './reference.effects.js';
import { CannotRun } from './run-folder.js';
import { type Server, send } from './server.js';

/** The program of the reference in ORACLE_DIR. */
export const script = resolve(process.env.ORACLE_DIR || '../shared/oracle', 'oracle');
/** The folder of its installation, which later runs use again. */
export const installation = resolve(process.env.ORACLE_HOME || join(homedir(), '.cache', 'proctoring-oracle'));

/** Installs a release of the reference, once. Throws CannotRun with what is missing and with `advice`. */
export function installReference(advice = '', release: Release = '4.16') {
  if (!existsSync(script))
    throw new CannotRun(`There is no ${script}: set ORACLE_DIR to the folder of the reference${advice}.`);
  const env = { ...process.env, ORACLE_HOME: installation, ORACLE_RELEASE: release };
  const { status, stderr, error } = spawnSync('bash', [script, 'install'], { env, encoding: 'utf8' });
  if (status !== 0)
    throw new CannotRun(
      `The reference cannot be installed: it needs bash, Python 3.11 with venv, and PyPI${advice}.\n${stderr ?? error?.message}`,
    );
}

/** Starts the reference with its data in `dir`, or in a database of PostgreSQL. */
export async function startReference(
  dir: string,
  clockFile: string,
  release: Release,
  name = 'reference',
  databaseUrl?: string,
): Promise<Server> {
  installReference('', release);
  const home = join(dir, name);
  mkdirSync(home);
  const suffix = release === '4.16' ? '' : `-${release}`;
  symlinkSync(join(installation, `venv${suffix}`), join(home, `venv${suffix}`));
  // An empty, migrated database.
  for (const file of [`oracle${suffix}.sqlite3`, `migrated${suffix}`])
    copyFileSync(join(installation, file), join(home, file));
  const port = await freePort();
  const providerPort = await freePort();
  const env = {
    ORACLE_HOME: home,
    ORACLE_RELEASE: release,
    ORACLE_PORT: String(port),
    ORACLE_PROVIDER_PORT: String(providerPort),
    ...(databaseUrl && { ORACLE_DATABASE_URL: databaseUrl }),
  };
  const command = ['bash', script, 'serve', '--clock', clockFile];
  const child = new Child(name, dir, command, env);
  await child.answers(port, '/_oracle/health');

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
    stop: () => child.stop(),
    async ask({ as, headers, ...request }) {
      const asked = { ...request, headers: { ...headers, ...(as && { 'X-Oracle-User': as.username }) } };
      const answer = await send(port, asked);
      if (request.path === '/_oracle/seed' && answer.status === 200) remember(answer.body as any);
      return answer;
    },
    seed: async (roster) => remember(await change('/_oracle/seed', roster)),
    configure: (settings) => change('/_oracle/settings', settings),
    provider: (request) => send(providerPort, request),
    async effects(since) {
      const { body } = await send(port, { method: 'GET', path: '/_oracle/effects?kind=service,signal,email,event' });
      await send(port, { method: 'DELETE', path: '/_oracle/effects' });
      const idOf = (username: string) => ids.get(username)!;
      return (body as Entry[]).flatMap((entry) => effectOf(entry, idOf)).filter(({ at }) => at >= since);
    },
  };
}
