import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** With these all processes of a test can read each other's sealed texts. */
export const keyEncryptionKey = Buffer.alloc(32, 7).toString('base64url');

/** The environment of a process of one role, beside the secret of tokens; the settings are a file in `folder`. */
export function secretsOfSplitRoles(folder: string, settings: object = {}) {
  const PROCTORING_CONFIG = join(folder, 'settings-of-split-roles.json');
  const secrets = { SECRET_KEY: 'of cookies', PROCTORING_USER_OBFUSCATION_KEY: 'of obscured ids' };
  writeFileSync(PROCTORING_CONFIG, JSON.stringify({ ...secrets, ...settings }));
  return {
    PROCTORING_CONFIG,
    KEY_ENCRYPTION_KEYS: `data-dir:${keyEncryptionKey}`,
    ERASURE_SIGNING_KEY: keyEncryptionKey,
  };
}
