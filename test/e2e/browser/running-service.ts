import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStartableDatabase } from '../../support/database.js';
import { type Person, tokenOf } from '../../support/service.js';
import { startServiceProcess } from '../../support/service-process.js';

/** Starts the built service with its worker as a separate process, on a fresh database. */
export async function startService(settings: object, more: Record<string, string> = {}) {
  const database = await openStartableDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'proctoring-running-'));
  const PROCTORING_CONFIG = join(folder, 'settings.json');
  writeFileSync(PROCTORING_CONFIG, JSON.stringify(settings));
  const environment = { ...database.environment, PROCTORING_CONFIG, LOG_LEVEL: 'error', ...more };
  const { child, url } = await startServiceProcess('service', folder, environment);
  return {
    url,
    database,
    async request(person: Person | undefined, method: string, path: string, body?: object) {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: {
          'Content-Type': 'application/json',
          ...(person && { Authorization: `JWT ${await tokenOf(person)}` }),
        },
        body: body && JSON.stringify(body),
      });
      const text = await answer.text();
      return { status: answer.status, body: text && JSON.parse(text) };
    },
    async stop() {
      await child.stop();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
}
