import { scryptSync } from 'node:crypto';
import { hourMs, openClient, poolSettings } from '#connections';
import { type Configuration, keyEncryptionKeysOf, userObfuscationKeyOf } from './configuration.js';

/**
 * Checks that the secrets from outside are those that the database at `url` was first used with, as its owner. With another
 * obfuscation key providers would be told to delete somebody else. Throws one line.
 */
export async function checkFingerprints(configuration: Configuration, url: string): Promise<void> {
  const client = await openClient({ ...poolSettings(hourMs), connectionString: url });
  try {
    if ((await client.query('select pg_is_in_recovery() as standby')).rows[0].standby) return;
    const fingerprint = scryptSync(userObfuscationKeyOf(configuration), 'exam-proctoring', 32).toString('base64url');
    const name = 'PROCTORING_USER_OBFUSCATION_KEY';
    await client.query('insert into secret_fingerprints values ($1, $2) on conflict do nothing', [name, fingerprint]);
    const known = await client.query('select fingerprint from secret_fingerprints where name = $1', [name]);
    if (known.rows[0].fingerprint !== fingerprint)
      throw new Error(
        `${name} is not the one that this database was first used with: providers know learners by ids under that key. ` +
          'Set it in PROCTORING_CONFIG; when it was made by the service, it is in the file user-obfuscation-key of DATA_DIR.',
      );
    const ids = keyEncryptionKeysOf(configuration).map(({ id }) => id);
    const { rows } = await client.query(
      `select distinct key_encryption_key as id from learner_keys
        where key is not null and key_encryption_key is not null and key_encryption_key <> all ($1)`,
      [ids],
    );
    if (rows.length > 0)
      throw new Error(
        `KEY_ENCRYPTION_KEYS lacks keys that learners' keys are wrapped with: ${rows.map(({ id }) => id).join(', ')}.`,
      );
  } finally {
    await client.end();
  }
}
