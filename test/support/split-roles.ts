import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** All processes of a test use this key, so that each can decrypt the texts of the others. */
export const keyEncryptionKey = Buffer.alloc(32, 7).toString('base64url');

/** The secrets that a process of one role needs, without the secret of tokens. It writes the settings to a file in `folder`. */
export function secretsOfSplitRoles(folder: string, settings: object = {}) {
  const PROCTORING_CONFIG = join(folder, 'settings-of-split-roles.json');
  const LOG_SIGNING_KEY_FILE = join(folder, 'log-signing-key-of-split-roles');
  writeFileSync(LOG_SIGNING_KEY_FILE, keyEncryptionKey);
  const secrets = { SECRET_KEY: 'of cookies', PROCTORING_USER_OBFUSCATION_KEY: 'of obscured ids' };
  writeFileSync(PROCTORING_CONFIG, JSON.stringify({ ...secrets, ...settings }));
  return {
    PROCTORING_CONFIG,
    KEY_ENCRYPTION_KEYS: `data-dir:${keyEncryptionKey}`,
    ERASURE_SIGNING_KEY: keyEncryptionKey,
    LOG_SIGNING_KEY_FILE,
  };
}
