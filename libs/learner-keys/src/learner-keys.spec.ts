import { createCipheriv, randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import { forgetUser } from '#roster';
import { openDatabase } from '../../../test/support/database.js';
import * as vault from './learner-keys.js';

const place = { stream: 'attempts-1-2', field: 'review' };
const keyFor = (id: string) => ({ id, key: randomBytes(32) });
const [first, second] = [keyFor('first'), keyFor('second')];
const use = (...keys: vault.KeyEncryptionKey[]) => vault.useKeyEncryptionKeys(() => keys);

let database: Awaited<ReturnType<typeof openDatabase>>;
beforeAll(async () => {
  database = await openDatabase();
});
beforeEach(() => use(first));
afterAll(() => database.close());

const seal = (userId: number, text: string, at = place) => vault.encryptFor(database.pool, userId, text, at);
const open = (userId: number, sealed: string, at = place) => vault.decryptFor(database.pool, userId, sealed, at);
const keptKey = async (userId: number) =>
  (await database.owner.query('select key, key_encryption_key from learner_keys where user_id = $1', [userId])).rows[0];

describe('what may identify a learner', () => {
  it('is unreadable in the database and readable with the key', async () => {
    const sealed = await seal(1, 'Ålice looked away 🙈');
    expect(sealed).not.toContain('lice');
    expect(await open(1, sealed)).toBe('Ålice looked away 🙈');
    expect(await open(1, await seal(1, ''))).toBe('');
  });

  it('gets one key, however many ask for the first one at the same time', async () => {
    const texts = Array.from({ length: 20 }, (_, n) => `text ${n}`);
    const sealed = await Promise.all(texts.map((text) => seal(2, text)));
    expect(await Promise.all(sealed.map((each) => open(2, each)))).toEqual(texts);
  });

  it('of many learners is opened with one query', async () => {
    const texts = Array.from({ length: 20 }, (_, n) => ({
      userId: 20 + (n % 7),
      sealed: '',
      place,
      text: `text ${n}`,
    }));
    for (const each of texts) each.sealed = await seal(each.userId, each.text);
    await forgetUser(database.pool, 26);
    const query = jest.spyOn(database.pool, 'query');
    const opened = await vault.decryptAll(database.pool, texts);
    expect(query).toHaveBeenCalledTimes(1);
    query.mockRestore();
    expect(opened).toEqual(texts.map(({ userId, text }) => (userId === 26 ? undefined : text)));
  });

  it('opens for nobody else, nowhere else, and not when it was altered', async () => {
    const sealed = await seal(3, 'secret');
    await seal(4, 'a key for another learner');
    await expect(open(4, sealed)).rejects.toThrow();
    await expect(open(3, sealed, { ...place, stream: 'attempts-9-3' })).rejects.toThrow();
    await expect(open(3, sealed, { ...place, field: 'allowance' })).rejects.toThrow();
    const altered = `${sealed.slice(0, -4)}${sealed.slice(-4) === 'AAAA' ? 'BBBB' : 'AAAA'}`;
    await expect(open(3, altered)).rejects.toThrow();
  });

  it('is lost for ever with the key, and so is what arrives later', async () => {
    const before = await seal(5, 'before');
    await forgetUser(database.pool, 5);
    expect(await open(5, before)).toBeUndefined();
    expect(await open(5, await seal(5, 'late'))).toBeUndefined();
  });

  it('opens with what a dump has and the key-encryption key only', async () => {
    const sealed = await seal(6, 'secret');
    const { key } = await keptKey(6);
    expect(key).toHaveLength(12 + 32 + 16);
    use({ id: 'first', key: randomBytes(32) });
    await expect(open(6, sealed)).rejects.toThrow();
    use(second);
    await expect(open(6, sealed)).rejects.toThrow('KEY_ENCRYPTION_KEYS lacks the key first');
  });

  it("is not opened with another learner's wrapped key", async () => {
    const sealed = await seal(7, 'secret');
    const { key } = await keptKey(7);
    await database.owner.query(`insert into learner_keys values (8, $1, 'first')`, [key]);
    await expect(open(8, sealed)).rejects.toThrow();
  });

  it('stays readable when keys are wrapped anew, and the old key-encryption key can go then', async () => {
    const sealed = await seal(9, 'secret');
    use(second, first);
    expect(await open(9, sealed)).toBe('secret');
    await database.owner.query('delete from learner_keys where user_id = 8');
    expect(await vault.rewrapKeys(database.pool)).toBeGreaterThan(0);
    expect(await vault.rewrapKeys(database.pool)).toBe(0);
    use(second);
    expect(await open(9, sealed)).toBe('secret');
    expect(await keptKey(9)).toMatchObject({ key_encryption_key: 'second' });
  });

  it('stays readable that was sealed in the first version, with a key that was not wrapped', async () => {
    const [key, iv] = [randomBytes(32), randomBytes(12)];
    await database.owner.query('insert into learner_keys (user_id, key) values (10, $1)', [key]);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from('learner 10'));
    const bytes = Buffer.concat([iv, cipher.update('of old'), cipher.final(), cipher.getAuthTag()]);
    const sealed = `v1.${bytes.toString('base64url')}`;
    expect(await open(10, sealed)).toBe('of old');
    use(first, second);
    await vault.rewrapKeys(database.pool);
    expect((await keptKey(10)).key).not.toEqual(key);
    expect(await open(10, sealed)).toBe('of old');
  });
});
