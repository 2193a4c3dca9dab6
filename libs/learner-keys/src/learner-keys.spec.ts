import { createCipheriv, randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import { forgetUser } from '#roster';
import { openDatabase } from '../../../test/support/database.js';
import { shared } from '../../../test/support/hooks.js';
import * as learnerKeys from './learner-keys.js';

const location = { stream: 'attempts-1-2', field: 'review' };
const keyFor = (id: string) => ({ id, key: randomBytes(32) });
const [first, second] = [keyFor('first'), keyFor('second')];
const use = (...keys: learnerKeys.KeyEncryptionKey[]) => learnerKeys.useKeyEncryptionKeys(() => keys);

const database = shared(openDatabase);
beforeEach(() => use(first));

const encrypt = (userId: number, text: string, at = location) =>
  learnerKeys.encryptFor(database.pool, userId, text, at);
const decrypt = (userId: number, sealed: string, at = location) =>
  learnerKeys.decryptFor(database.pool, userId, sealed, at);
const keptKey = async (userId: number) =>
  (await database.owner.query('select key, key_encryption_key from learner_keys where user_id = $1', [userId])).rows[0];

describe('what may identify a learner', () => {
  it('is unreadable in the database and readable with the key', async () => {
    const sealed = await encrypt(1, 'Ålice looked away 🙈');
    expect(sealed).not.toContain('lice');
    expect(await decrypt(1, sealed)).toBe('Ålice looked away 🙈');
    expect(await decrypt(1, await encrypt(1, ''))).toBe('');
  });

  it('gets one key, however many ask for the first one at the same time', async () => {
    const texts = Array.from({ length: 20 }, (_, n) => `text ${n}`);
    const sealed = await Promise.all(texts.map((text) => encrypt(2, text)));
    expect(await Promise.all(sealed.map((each) => decrypt(2, each)))).toEqual(texts);
  });

  it('of many learners is decrypted with one query', async () => {
    const texts = Array.from({ length: 20 }, (_, n) => ({
      userId: 20 + (n % 7),
      sealed: '',
      location,
      text: `text ${n}`,
    }));
    for (const each of texts) each.sealed = await encrypt(each.userId, each.text);
    await forgetUser(database.pool, 26);
    const query = jest.spyOn(database.pool, 'query');
    const decrypted = await learnerKeys.decryptAll(database.pool, texts);
    expect(query).toHaveBeenCalledTimes(1);
    query.mockRestore();
    expect(decrypted).toEqual(texts.map(({ userId, text }) => (userId === 26 ? undefined : text)));
  });

  it('cannot be decrypted for another learner or field, or after it was altered', async () => {
    const sealed = await encrypt(3, 'secret');
    await encrypt(4, 'a key for another learner');
    await expect(decrypt(4, sealed)).rejects.toThrow();
    await expect(decrypt(3, sealed, { ...location, stream: 'attempts-9-3' })).rejects.toThrow();
    await expect(decrypt(3, sealed, { ...location, field: 'allowance' })).rejects.toThrow();
    const altered = `${sealed.slice(0, -4)}${sealed.slice(-4) === 'AAAA' ? 'BBBB' : 'AAAA'}`;
    await expect(decrypt(3, altered)).rejects.toThrow();
  });

  it('cannot be decrypted after the key was destroyed, and neither can later texts', async () => {
    const before = await encrypt(5, 'before');
    await forgetUser(database.pool, 5);
    expect(await decrypt(5, before)).toBeUndefined();
    expect(await decrypt(5, await encrypt(5, 'late'))).toBeUndefined();
  });

  it('can be decrypted with the stored key and the key-encryption key only', async () => {
    const sealed = await encrypt(6, 'secret');
    const { key } = await keptKey(6);
    expect(key).toHaveLength(12 + 32 + 16);
    use({ id: 'first', key: randomBytes(32) });
    await expect(decrypt(6, sealed)).rejects.toThrow();
    use(second);
    await expect(decrypt(6, sealed)).rejects.toThrow('KEY_ENCRYPTION_KEYS lacks the key first');
  });

  it("cannot be decrypted with another learner's wrapped key", async () => {
    const sealed = await encrypt(7, 'secret');
    const { key } = await keptKey(7);
    await database.owner.query(`insert into learner_keys values (8, $1, 'first')`, [key]);
    await expect(decrypt(8, sealed)).rejects.toThrow();
  });

  it('stays readable after keys were wrapped again, without the old key-encryption key', async () => {
    const sealed = await encrypt(9, 'secret');
    use(second, first);
    expect(await decrypt(9, sealed)).toBe('secret');
    await database.owner.query('delete from learner_keys where user_id = 8');
    expect(await learnerKeys.rewrapKeys(database.pool)).toBeGreaterThan(0);
    expect(await learnerKeys.rewrapKeys(database.pool)).toBe(0);
    use(second);
    expect(await decrypt(9, sealed)).toBe('secret');
    expect(await keptKey(9)).toMatchObject({ key_encryption_key: 'second' });
  });

  it('stays readable when it was encrypted in the first version, with a key that was not wrapped', async () => {
    const [key, iv] = [randomBytes(32), randomBytes(12)];
    await database.owner.query('insert into learner_keys (user_id, key) values (10, $1)', [key]);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from('learner 10'));
    const bytes = Buffer.concat([iv, cipher.update('of old'), cipher.final(), cipher.getAuthTag()]);
    const sealed = `v1.${bytes.toString('base64url')}`;
    expect(await decrypt(10, sealed)).toBe('of old');
    use(first, second);
    await learnerKeys.rewrapKeys(database.pool);
    expect((await keptKey(10)).key).not.toEqual(key);
    expect(await decrypt(10, sealed)).toBe('of old');
  });
});
