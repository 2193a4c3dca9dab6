import { randomBytes } from 'node:crypto';
import { useKeyEncryptionKeys } from '#learner-keys';
import { openDatabase } from '../../../../test/support/database.js';
import { shared } from '../../../../test/support/hooks.js';
import { quarantine, quarantinedCallbacks } from './quarantine.js';

const database = shared(openDatabase);
beforeAll(() => useKeyEncryptionKeys(() => [{ id: 'test', key: randomBytes(32) }]));

const refuse = (body: string, more: object) =>
  quarantine(database.pool, { route: 'reviewed', reason: 'bad', body, ...more });

it('many refused reviews displace none of another sender and none of another attempt', async () => {
  await refuse('from the other provider', { provider: 'other' });
  await refuse('of the other attempt', { provider: 'flooding', userId: 7, externalId: 'first' });
  await refuse('from a reviewer', { senderId: 5 });
  for (let round = 0; round < 101; round++)
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => refuse(`flood ${round} ${index}`, { provider: 'flooding' })),
    );
  await refuse('the last one', { provider: 'flooding' });
  for (let number = 0; number < 30; number++)
    await refuse(`attempt ${number}`, { provider: 'flooding', userId: 7, externalId: 'second' });
  const kept = await quarantinedCallbacks(database.pool);
  const among = (provider: string | null, externalId: string | null) =>
    kept.filter((each) => each.provider === provider && each.externalId === externalId).length;
  expect(among('other', null)).toBe(1);
  expect(among(null, null)).toBe(1);
  expect(among('flooding', 'first')).toBe(1);
  expect(among('flooding', null)).toBe(200);
  expect(among('flooding', 'second')).toBe(20);
});
