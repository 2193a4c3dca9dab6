import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../test/support/database.js';
import { shared } from '../../../test/support/hooks.js';
import { loadConfiguration } from './configuration.js';
import { checkFingerprints } from './fingerprints.js';

const folder = mkdtempSync(join(tmpdir(), 'proctoring-fingerprints-'));
const settingsFile = join(folder, 'settings.json');
const KEY_ENCRYPTION_KEYS = `a:${Buffer.alloc(32).toString('base64')}`;

const database = shared(openDatabase);
afterAll(() => rmSync(folder, { recursive: true }));

const check = (obfuscationKey: string) => {
  writeFileSync(settingsFile, JSON.stringify({ PROCTORING_USER_OBFUSCATION_KEY: obfuscationKey }));
  const environment = { DATA_DIR: folder, PROCTORING_CONFIG: settingsFile, KEY_ENCRYPTION_KEYS };
  return checkFingerprints(loadConfiguration(environment), database.urls);
};

it('a database keeps to the obfuscation key that it was first used with', async () => {
  await check('the first');
  await check('the first');
  await expect(check('another')).rejects.toThrow(/^PROCTORING_USER_OBFUSCATION_KEY is not the one .*DATA_DIR\.$/);
});

it("a start without a key that learners' keys are wrapped with is refused, and told which", async () => {
  await database.owner.query(`insert into learner_keys values (1, '\\x00', 'a')`);
  await check('the first');
  await database.owner.query(`insert into learner_keys values (2, '\\x00', 'of 2029')`);
  await expect(check('the first')).rejects.toThrow(/^KEY_ENCRYPTION_KEYS lacks keys .*: of 2029\.$/);
});
