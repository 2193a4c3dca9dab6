import { scryptSync } from 'node:crypto';
import { hourMs, openClient, poolSettings } from '#connections';
import { type Configuration, keyEncryptionKeysOf, userObfuscationKeyOf } from './configuration.js';
import type { ServiceDatabase } from './service-database.js';

/**
 * Checks that the secrets from outside are those that the database was first used with; the owner of the tables keeps the
 * first. With another obfuscation key the service would ask providers to delete a different learner. Throws
 * an error of one line.
 */
export async function checkFingerprints(configuration: Configuration, database: ServiceDatabase): Promise<void> {
  const connectionString = database.owner ?? (configuration.role === 'worker' ? database.worker : database.api);
  const client = await openClient({ ...poolSettings(hourMs), connectionString });
  try {
    if ((await client.query('select pg_is_in_recovery() as standby')).rows[0].standby) return;
    const fingerprint = scryptSync(userObfuscationKeyOf(configuration), 'exam-proctoring', 32).toString('base64url');
    const name = 'PROCTORING_USER_OBFUSCATION_KEY';
    if (database.owner)
      await client.query('insert into secret_fingerprints values ($1, $2) on conflict do nothing', [name, fingerprint]);
    const first = await client.query('select fingerprint from secret_fingerprints where name = $1', [name]);
    if (first.rows.length === 0)
      throw new Error(
        `The database does not know the fingerprint of ${name} yet: start once with MIGRATION_DATABASE_URL, which stores it.`,
      );
    if (first.rows[0].fingerprint !== fingerprint)
      throw new Error(
        `${name} is not the one that this database was first used with: providers know learners by ids under that key. ` +
          'Set it in PROCTORING_CONFIG; when it was made by the service, it is in the file user-obfuscation-key of DATA_DIR.',
      );
    const ids = keyEncryptionKeysOf(configuration).map(({ id }) => id);
    const { rows } = await client.query(`select id from key_encryption_keys() as id where id <> all ($1)`, [ids]);
    if (rows.length > 0)
      throw new Error(
        `KEY_ENCRYPTION_KEYS lacks keys that learners' keys are wrapped with: ${rows.map(({ id }) => id).join(', ')}.`,
      );
  } finally {
    await client.end();
  }
}
