import { isSignedCookie, signedCookie } from './signed-cookie.js';

it('the launch cookie is signed as Django does it', () =>
  // The time of the vector: base62 "270Cgr" seconds.
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

  it('is known again', () => expect(isSignedCookie('exam', cookie, secret)).toBe(true));

  it.each([
    ['another code', cookie.replace('CODE', 'OTHER')],
    ['another signature', `${cookie.slice(0, -1)}_`],
    ['no signature', 'CODE'],
    ['nothing', ''],
  ])('is none with %s', (_, value) => expect(isSignedCookie('exam', value, secret)).toBe(false));

  it('is none of another name or secret', () => {
    expect(isSignedCookie('other', cookie, secret)).toBe(false);
    expect(isSignedCookie('exam', cookie, 'another secret')).toBe(false);
  });
});
