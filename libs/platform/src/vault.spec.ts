import { openDatabase } from '../../../test/database.js';
import { destroyKey, open, seal } from './vault.js';

let database: Awaited<ReturnType<typeof openDatabase>>;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

describe('what may identify a learner', () => {
  it('is unreadable in the database and readable with the key', async () => {
    const sealed = await seal(database.pool, 1, 'Ålice looked away 🙈');
    expect(sealed).not.toContain('lice');
    expect(await open(database.pool, 1, sealed)).toBe('Ålice looked away 🙈');
    expect(await open(database.pool, 1, await seal(database.pool, 1, ''))).toBe('');
  });

  it('gets one key, however many ask for the first one at the same time', async () => {
    const texts = Array.from({ length: 20 }, (_, n) => `text ${n}`);
    const sealed = await Promise.all(texts.map((text) => seal(database.pool, 2, text)));
    expect(await Promise.all(sealed.map((each) => open(database.pool, 2, each)))).toEqual(texts);
  });

  it('opens for nobody else, and not when it was altered', async () => {
    const sealed = await seal(database.pool, 3, 'secret');
    await seal(database.pool, 4, 'a key for another learner');
    await expect(open(database.pool, 4, sealed)).rejects.toThrow();
    const altered = `${sealed.slice(0, -4)}${sealed.slice(-4) === 'AAAA' ? 'BBBB' : 'AAAA'}`;
    await expect(open(database.pool, 3, altered)).rejects.toThrow();
  });

  it('is lost for ever with the key, and so is what arrives later', async () => {
    const before = await seal(database.pool, 5, 'before');
    await destroyKey(database.pool, 5);
    await destroyKey(database.pool, 6);
    expect(await open(database.pool, 5, before)).toBeUndefined();
    for (const learner of [5, 6])
      expect(await open(database.pool, learner, await seal(database.pool, learner, 'late'))).toBeUndefined();
  });
});
