import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Database } from '#connections';

/** A key from outside the database that learners' keys are wrapped with. */
export type KeyEncryptionKey = { id: string; key: Buffer };
/** The place of a text: it can be decrypted nowhere else. `stream` names a stream of the log, or a table. */
export type FieldOfStream = { stream: string; field: string };

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

let keyEncryptionKeys: () => readonly KeyEncryptionKey[] = () => [];

/** Says with which keys this process wraps (the first) and unwraps learners' keys. They are loaded when they are needed. */
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

/** The place of a field of a learner at an exam. */
export const fieldAtExam = (
  learner: { examId: number; userId: number },
  field: 'allowance' | 'review',
): FieldOfStream => ({
  stream: learnerAtExamStream(learner),
  field,
});

/**
 * Encrypts text that may identify a learner, with a key of that learner's own (AES-256-GCM), made on first use. Once the
 * key is destroyed the answer is a text that nobody can open: what a provider sends late must not fail.
 */
export async function encryptFor(
  database: Database,
  userId: number,
  text: string,
  place: FieldOfStream,
): Promise<string> {
  const key = (await keyOf(database, userId)) ?? (await makeKey(database, userId));
  return `v2.${encrypted(key, Buffer.from(text), bindingOf(userId, place)).toString('base64url')}`;
}

/** The text that was sealed for this learner; undefined once the key is destroyed. Throws when it was tampered with. */
export async function decryptFor(
  database: Database,
  userId: number,
  sealed: string,
  place: FieldOfStream,
): Promise<string | undefined> {
  const [opened] = await decryptAll(database, [{ userId, sealed, place }]);
  return opened;
}

/** Opens many texts with one query for the keys; the answers have the same order. */
export async function decryptAll(
  database: Database,
  texts: readonly { userId: number; sealed: string; place: FieldOfStream }[],
): Promise<(string | undefined)[]> {
  const keys = texts.length === 0 ? new Map() : await keysOf(database, [...new Set(texts.map(({ userId }) => userId))]);
  return texts.map(({ userId, sealed, place }) => {
    const key = keys.get(userId);
    if (!key) return undefined;
    const binding = sealed.startsWith('v1.') ? Buffer.from(`learner ${userId}`) : bindingOf(userId, place);
    return decrypted(key, Buffer.from(sealed.slice('v2.'.length), 'base64url'), binding).toString();
  });
}

const hidden = 'hidden-';

/** Stands for a name that may identify a learner: the same each time, and nobody finds the name once the key is destroyed. */
export async function pseudonymOf(database: Database, userId: number, name: string): Promise<string> {
  const key = (await keyOf(database, userId)) ?? (await makeKey(database, userId));
  return hidden + createHmac('sha256', key).update(name).digest('base64url');
}

export const isPseudonym = (name: string): boolean => name.startsWith(hidden);

/** Whether a text looks like one that `seal` made. */
export const isEncrypted = (text: string): boolean => /^v[12]\.[\w-]{38,}$/.test(text);

/** Whether the learner's key was destroyed. */
export async function isRetired(database: Database, userId: number): Promise<boolean> {
  return (await keyOf(database, userId)) === null;
}

/** Wraps learners' keys with the newest key-encryption key that have another, or none. Answers how many. */
export async function rewrapKeys(database: Database): Promise<number> {
  const { id } = newest();
  for (let count = 0; ; ) {
    const { rows } = await database.query<Kept>(
      'select user_id::float, key, key_encryption_key from learner_keys_to_rewrap($1)',
      [id],
    );
    if (rows.length === 0) return count;
    for (const row of rows) {
      const wrapped = encrypted(newest().key, unwrapped(row), wrapOf(row.user_id));
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

type Kept = { user_id: number; key: Buffer; key_encryption_key: string | null };

function newest(): KeyEncryptionKey {
  const [key] = keyEncryptionKeys();
  if (!key) throw new Error('There is no key-encryption key.');
  return key;
}

/** A key without a key-encryption key was kept before there were any. */
function unwrapped({ user_id, key, key_encryption_key: wanted }: Kept): Buffer {
  if (wanted === null) return key;
  const found = keyEncryptionKeys().find(({ id }) => id === wanted);
  if (!found) throw new Error(`KEY_ENCRYPTION_KEYS lacks the key ${wanted}, which learners' keys are wrapped with.`);
  return decrypted(found.key, key, wrapOf(user_id));
}

const wrapOf = (userId: number) => Buffer.from(`key of learner ${userId}`);
const bindingOf = (userId: number, { stream, field }: FieldOfStream) =>
  Buffer.from(JSON.stringify([userId, stream, field]));

function encrypted(key: Buffer, text: Buffer, binding: Buffer): Buffer {
  const iv = randomBytes(ivBytes);
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
  const { rows } = await database.query<Kept>(text, [userIds]);
  return new Map(rows.map((row) => [row.user_id, row.key && unwrapped(row)]));
}

async function makeKey(database: Database, userId: number): Promise<Buffer> {
  const key = randomBytes(keyBytes);
  const wrapped = encrypted(newest().key, key, wrapOf(userId));
  await database.query('select keep_learner_key($1, $2, $3)', [userId, wrapped, newest().id]);
  // Somebody else may have been faster; where the key was destroyed, this one is thrown away after use.
  return (await keyOf(database, userId)) ?? key;
}
