import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Database } from '#connections';

/** A key from outside the database, which wraps the learner keys. */
export type KeyEncryptionKey = { id: string; key: Buffer };
/** The field that a text belongs to. It can be decrypted only for this field. `stream` names a stream of the log, or a table. */
export type FieldOfStream = { stream: string; field: string };

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

let keyEncryptionKeys: () => readonly KeyEncryptionKey[] = () => [];

/** Sets the keys that wrap (the first) and unwrap the learner keys. They are loaded at the first use. */
export function useKeyEncryptionKeys(load: () => readonly KeyEncryptionKey[]): void {
  let loaded: readonly KeyEncryptionKey[] | undefined;
  keyEncryptionKeys = () => {
    loaded ??= load();
    return loaded;
  };
}

/** One learner at one exam: attempts, allowances and reviews (ADR 1). */
export const learnerAtExamStream = ({ examId, userId }: { examId: number; userId: number }): string =>
  `attempts-${examId}-${userId}`;

/** A field in the stream of a learner at an exam. */
export const fieldAtExam = (
  learner: { examId: number; userId: number },
  field: 'allowance' | 'review' | 'reason' | 'message',
): FieldOfStream => ({
  stream: learnerAtExamStream(learner),
  field,
});

/**
 * Encrypts text that may identify a learner, with the learner's own key (AES-256-GCM). The key is made at the first use.
 * After the key was destroyed, the answer is a text that cannot be decrypted: a late message of a provider must not fail.
 */
export async function encryptFor(
  database: Database,
  userId: number,
  text: string,
  location: FieldOfStream,
): Promise<string> {
  return sealedWith(await usableKey(database, userId), userId, text, location);
}

const sealedWith = (key: Buffer, userId: number, text: string, location: FieldOfStream): string =>
  `v2.${encrypted(key, Buffer.from(text), bindingOf(userId, location)).toString('base64url')}`;

/** Encrypts many texts, as `encryptFor` does each. A few queries read and make the keys of all. */
export async function encryptAll(
  database: Database,
  texts: readonly { userId: number; text: string; location: FieldOfStream }[],
): Promise<string[]> {
  const keys = await usableKeys(database, [...new Set(texts.map(({ userId }) => userId))]);
  return texts.map(({ userId, text, location }) => sealedWith(keys.get(userId)!, userId, text, location));
}

/** Encrypts a text again only when it differs from `before`, which is encrypted: a decision then sees what stayed the same. */
export async function encryptIfChanged(
  database: Database,
  userId: number,
  text: string,
  location: FieldOfStream,
  before: string | null | undefined,
): Promise<string> {
  const isSame = before && (await decryptFor(database, userId, before, location)) === text;
  return isSame ? before : encryptFor(database, userId, text, location);
}

/** Decrypts a text of this learner; undefined after the key was destroyed. Throws when the text was altered. */
export async function decryptFor(
  database: Database,
  userId: number,
  sealed: string,
  location: FieldOfStream,
): Promise<string | undefined> {
  const [text] = await decryptAll(database, [{ userId, sealed, location }]);
  return text;
}

/** Decrypts many texts, with one query for the keys. The answers have the same order. */
export async function decryptAll(
  database: Database,
  texts: readonly { userId: number; sealed: string; location: FieldOfStream }[],
): Promise<(string | undefined)[]> {
  const keys = texts.length === 0 ? new Map() : await keysOf(database, [...new Set(texts.map(({ userId }) => userId))]);
  return texts.map(({ userId, sealed, location }) => {
    const key = keys.get(userId);
    if (!key) return undefined;
    const bytes = Buffer.from(sealed.slice('v2.'.length), 'base64url');
    return decrypted(key, bytes, bindingIn(sealed, userId, location)).toString();
  });
}

/** Whether a text encrypts again, with the same initialization vector, to an encrypted text. False after the key was destroyed. */
export async function encryptsTo(
  database: Database,
  userId: number,
  text: string,
  sealed: string,
  location: FieldOfStream,
): Promise<boolean> {
  const key = await keyOf(database, userId);
  if (!key) return false;
  const version = sealed.slice(0, 'v2.'.length);
  const iv = Buffer.from(sealed.slice(version.length), 'base64url').subarray(0, ivBytes);
  const again = encrypted(key, Buffer.from(text), bindingIn(sealed, userId, location), iv);
  return sealed === version + again.toString('base64url');
}

const pseudonymPrefix = 'hidden-';

/** A pseudonym for a name that may identify a learner: a keyed hash. Without the key the name cannot be found. */
export async function pseudonymOf(database: Database, userId: number, name: string): Promise<string> {
  return pseudonymWith(await usableKey(database, userId), name);
}

/** The pseudonyms of many names, in their order. */
export async function pseudonymsOf(
  database: Database,
  names: readonly { userId: number; name: string }[],
): Promise<string[]> {
  const keys = await usableKeys(database, [...new Set(names.map(({ userId }) => userId))]);
  return names.map(({ userId, name }) => pseudonymWith(keys.get(userId)!, name));
}

const pseudonymWith = (key: Buffer, name: string): string =>
  pseudonymPrefix + createHmac('sha256', key).update(name).digest('base64url');

export const isPseudonym = (name: string): boolean => name.startsWith(pseudonymPrefix);

/** Whether a text has the form of an encrypted text. */
export const isEncrypted = (text: string): boolean => /^v[12]\.[\w-]{38,}$/.test(text);

/** Whether the learner's key was destroyed. */
export async function isRetired(database: Database, userId: number): Promise<boolean> {
  return (await keyOf(database, userId)) === null;
}

/** Wraps the learner keys again that the newest key-encryption key does not wrap. Answers how many. */
export async function rewrapKeys(database: Database): Promise<number> {
  const { id } = newest();
  for (let count = 0; ; ) {
    const { rows } = await database.query<KeyRow>(
      'select user_id::float, key, key_encryption_key from learner_keys_to_rewrap($1)',
      [id],
    );
    if (rows.length === 0) return count;
    for (const row of rows) {
      const wrapped = encrypted(newest().key, unwrapped(row), wrapBindingOf(row.user_id));
      const answer = await database.query('select rewrap_learner_key($1, $2, $3, $4)::int as rewrapped', [
        row.user_id,
        row.key,
        wrapped,
        id,
      ]);
      count += answer.rows[0].rewrapped;
    }
  }
}

type KeyRow = { user_id: number; key: Buffer; key_encryption_key: string | null };

function newest(): KeyEncryptionKey {
  const [key] = keyEncryptionKeys();
  if (!key) throw new Error('There is no key-encryption key.');
  return key;
}

/** A key without a key-encryption key is older than key-encryption keys, and is not wrapped. */
function unwrapped({ user_id, key, key_encryption_key: wanted }: KeyRow): Buffer {
  if (wanted === null) return key;
  const found = keyEncryptionKeys().find(({ id }) => id === wanted);
  if (!found) throw new Error(`KEY_ENCRYPTION_KEYS lacks the key ${wanted}, which learners' keys are wrapped with.`);
  return decrypted(found.key, key, wrapBindingOf(user_id));
}

const wrapBindingOf = (userId: number) => Buffer.from(`key of learner ${userId}`);
const bindingOf = (userId: number, { stream, field }: FieldOfStream) =>
  Buffer.from(JSON.stringify([userId, stream, field]));

const bindingIn = (sealed: string, userId: number, location: FieldOfStream) =>
  sealed.startsWith('v1.') ? Buffer.from(`learner ${userId}`) : bindingOf(userId, location);

function encrypted(key: Buffer, text: Buffer, binding: Buffer, iv = randomBytes(ivBytes)): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(binding);
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

function decrypted(key: Buffer, bytes: Buffer, binding: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
    .setAAD(binding)
    .setAuthTag(bytes.subarray(-tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
}

/** Undefined if there is none, null if it was destroyed. */
const keyOf = async (database: Database, userId: number): Promise<Buffer | null | undefined> =>
  (await keysOf(database, [userId])).get(userId);

async function keysOf(database: Database, userIds: readonly number[]): Promise<Map<number, Buffer | null>> {
  const text = 'select user_id::float, key, key_encryption_key from learner_keys_of($1)';
  const { rows } = await database.query<KeyRow>(text, [userIds]);
  return new Map(rows.map((row) => [row.user_id, row.key && unwrapped(row)]));
}

const usableKey = async (database: Database, userId: number): Promise<Buffer> =>
  (await usableKeys(database, [userId])).get(userId)!;

/** A key for each learner. Missing ones are made. */
async function usableKeys(database: Database, userIds: readonly number[]): Promise<Map<number, Buffer>> {
  const keys = userIds.length === 0 ? new Map<number, Buffer | null>() : await keysOf(database, userIds);
  const made = new Map(userIds.filter((id) => !keys.get(id)).map((id) => [id, randomBytes(keyBytes)]));
  if (made.size > 0) {
    const wrapped = [...made].map(([id, key]) => encrypted(newest().key, key, wrapBindingOf(id)));
    const text =
      'select keep_learner_key(person, key, $3) from unnest($1::bigint[], $2::bytea[]) as made (person, key)';
    await database.query(text, [[...made.keys()], wrapped, newest().id]);
    // Another process may have made a key first. After a key was destroyed, the new one is used once and thrown away.
    const kept = await keysOf(database, [...made.keys()]);
    for (const [id, key] of made) keys.set(id, kept.get(id) ?? key);
  }
  return keys as Map<number, Buffer>;
}
