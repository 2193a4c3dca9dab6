import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type pg from 'pg';

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/**
 * Encrypts text that may identify a learner, with a key of that learner's own (AES-256-GCM), made on first use. Once the
 * key is destroyed the answer is a text that nobody can open: what a vendor sends late must not fail.
 */
export async function seal(pool: pg.Pool, userId: number, text: string): Promise<string> {
  const key = (await keyOf(pool, userId)) ?? (await makeKey(pool, userId));
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(ownerOf(userId));
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `v1.${sealed.toString('base64url')}`;
}

/** The text that was sealed for this learner; undefined once the key is destroyed. Throws when it was tampered with. */
export async function open(pool: pg.Pool, userId: number, sealed: string): Promise<string | undefined> {
  const key = await keyOf(pool, userId);
  if (!key) return undefined;
  const bytes = Buffer.from(sealed.slice('v1.'.length), 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
    .setAAD(ownerOf(userId))
    .setAuthTag(bytes.subarray(-tagBytes));
  return decipher.update(bytes.subarray(ivBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
}

/** Whether a text looks like one that `seal` made. */
export const isSealed = (text: string): boolean => /^v1\.[\w-]{38,}$/.test(text);

/** Makes everything sealed for this learner unreadable, for ever. */
export async function destroyKey(pool: pg.Pool, userId: number): Promise<void> {
  await pool.query('insert into learner_keys (user_id) values ($1) on conflict (user_id) do update set key = null', [
    userId,
  ]);
}

/** Whether the learner's key was destroyed. */
export async function isRetired(pool: pg.Pool, userId: number): Promise<boolean> {
  return (await keyOf(pool, userId)) === null;
}

/** Binds a text to its learner: moved to another learner it does not open. */
const ownerOf = (userId: number) => Buffer.from(`learner ${userId}`);

async function keyOf(pool: pg.Pool, userId: number): Promise<Buffer | null | undefined> {
  const { rows } = await pool.query('select key from learner_keys where user_id = $1', [userId]);
  return rows[0]?.key;
}

async function makeKey(pool: pg.Pool, userId: number): Promise<Buffer> {
  const key = randomBytes(keyBytes);
  await pool.query('insert into learner_keys (user_id, key) values ($1, $2) on conflict do nothing', [userId, key]);
  // Somebody else may have been faster; where the key was destroyed, this one is thrown away after use.
  return (await keyOf(pool, userId)) ?? key;
}
