import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openStartableDatabase } from '../../support/database.js';
import { type Person, tokenOf, tokenSettings } from '../../support/service.js';

const program = 'dist/apps/main.js';

/** Starts the built service with its worker as a separate process, on a fresh database. */
export async function startService(settings: object) {
  if (!existsSync(program)) throw new Error(`${program} is missing: npm test builds it, and so does npm run build`);
  const database = await openStartableDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'proctoring-running-'));
  const PROCTORING_CONFIG = join(folder, 'settings.json');
  writeFileSync(PROCTORING_CONFIG, JSON.stringify(settings));
  const { KAFKA_BROKERS, ...environment } = process.env;
  const ours = { ...database.environment, DATA_DIR: folder, PORT: '0', ...tokenSettings, PROCTORING_CONFIG };
  const child = spawn(process.execPath, [program], {
    env: { ...environment, ...ours, LOG_LEVEL: 'error', DRAIN_DELAY: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let url = '';
  for await (const line of createInterface(child.stdout)) {
    url = /service +(http:\S+)/.exec(line)?.[1] ?? '';
    if (url) break;
  }
  if (!url) throw new Error('The service did not start.');
  child.stdout.resume();

  return {
    url,
    async request(person: Person, method: string, path: string, body?: object) {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { Authorization: `JWT ${await tokenOf(person)}`, 'Content-Type': 'application/json' },
        body: body && JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, body: text && JSON.parse(text) };
    },
    async stop() {
      child.kill();
      if (child.exitCode === null) await once(child, 'exit');
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
}
