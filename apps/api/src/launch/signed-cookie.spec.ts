import { signedCookie, verifiedCookie } from './signed-cookie.js';

it('the launch cookie is signed as Django does it', () =>
  // The expected cookie has the time base62 "270Cgr", in seconds.
  expect(
    signedCookie(
      'exam',
      'B7E731D8-0FB6-424B-8B37-EBC5755649AD',
      'oracle-not-a-secret',
      new Date(1000 * [...'270Cgr'].reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0)).toISOString(),
    ),
  ).toBe('B7E731D8-0FB6-424B-8B37-EBC5755649AD:270Cgr:oHBXUYs4w0rUECan9ptRV05aJzRaI5BBc1ZaIk7fiTg'));

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

describe('a signed cookie', () => {
  const secret = 'a secret';
  const cookie = signedCookie('exam', 'CODE', secret, '2031-05-05T12:00:00Z');

  it('has a value and a time', () =>
    expect(verifiedCookie('exam', cookie, secret)).toEqual({ value: 'CODE', at: '2031-05-05T12:00:00.000Z' }));

  it.each([
    ['another code', cookie.replace('CODE', 'OTHER')],
    ['another signature', `${cookie.slice(0, -1)}_`],
    ['no signature', 'CODE'],
    ['nothing', ''],
  ])('is refused with %s', (_, value) => expect(verifiedCookie('exam', value, secret)).toBeUndefined());

  it('is refused under another name or secret', () => {
    expect(verifiedCookie('other', cookie, secret)).toBeUndefined();
    expect(verifiedCookie('exam', cookie, 'another secret')).toBeUndefined();
  });
});
