import { specOf } from '../testing.js';
import { logKeys, trustedLogKeys } from './log-keys.js';

const given = specOf(logKeys);
const at = '2031-05-05T12:00:00.000Z';
const introduce = (publicKey: string) => ({ type: 'IntroduceLogKey', data: { publicKey, at } }) as const;
const introduced = (publicKey: string) => ({ type: 'LogKeyIntroduced', data: { publicKey, at } }) as const;
const retire = (publicKey: string) => ({ type: 'RetireLogKey', data: { publicKey, at } }) as const;
const retired = (publicKey: string) => ({ type: 'LogKeyRetired', data: { publicKey, at } }) as const;
const loss = (publicKey: string, fromSize: number, tree = 1) => ({ publicKey, tree, fromSize, reason: 'stolen', at });
const revoke = (...where: Parameters<typeof loss>) => ({ type: 'RevokeLogKey', data: loss(...where) }) as const;
const revoked = (...where: Parameters<typeof loss>) => ({ type: 'LogKeyRevoked', data: loss(...where) }) as const;

describe('a key of the Merkle log', () => {
  it('is introduced once, also after it was retired', () => {
    given().when(introduce('A')).then(introduced('A'));
    given(introduced('A')).when(introduce('A')).then();
    given(introduced('A'), introduced('B'), retired('A')).when(introduce('A')).then();
  });

  it('is rotated: both sign for a while, then the old one is retired once', () => {
    const both = [introduced('A'), introduced('B')];
    expect(given(introduced('A')).when(introduce('B')).state()).toEqual([
      { publicKey: 'A', signs: true },
      { publicKey: 'B', signs: true },
    ]);
    given(...both)
      .when(retire('A'))
      .then(retired('A'));
    given(...both, retired('A'))
      .when(retire('A'))
      .then();
  });

  it('is not retired while it is the only one that signs: one that was retired or revoked signs no more', () => {
    given(introduced('A'))
      .when(retire('A'))
      .thenRefused('last_log_key', 'This is the only key that signs: rotate the key first.');
    given(introduced('A'), introduced('B'), retired('A')).when(retire('B')).thenRefused('last_log_key');
    given(introduced('A'), introduced('B'), revoked('A', 900)).when(retire('B')).thenRefused('last_log_key');
  });

  it('is revoked from a size of a tree on, even if it is the only one, and again only from an earlier size', () => {
    given(introduced('A')).when(revoke('A', 900)).then(revoked('A', 900));
    const before = [introduced('A'), revoked('A', 900, 2)];
    given(...before)
      .when(revoke('A', 900, 2))
      .then();
    given(...before)
      .when(revoke('A', 100, 3))
      .then();
    given(...before)
      .when(revoke('A', 899, 2))
      .then(revoked('A', 899, 2));
    given(...before)
      .when(revoke('A', 1000, 1))
      .then(revoked('A', 1000, 1));
  });

  it('must be known before it is retired or revoked', () => {
    given().when(retire('A')).thenRefused('log_key_not_found', 'The log has no key A.');
    given(introduced('B')).when(revoke('A', 1)).thenRefused('log_key_not_found');
  });

  it('is trusted after it was retired, and up to the size from which it was revoked', () => {
    const keys = given(introduced('A'), introduced('B'), retired('B'))
      .when(revoke('A', 900, 2))
      .state();
    expect(trustedLogKeys(keys, 1, 5000)).toEqual(['A', 'B']);
    expect(trustedLogKeys(keys, 2, 899)).toEqual(['A', 'B']);
    expect(trustedLogKeys(keys, 2, 900)).toEqual(['B']);
    expect(trustedLogKeys(keys, 3, 1)).toEqual(['B']);
  });
});
