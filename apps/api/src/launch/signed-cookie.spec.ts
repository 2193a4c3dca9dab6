import { signedCookie } from './signed-cookie.js';

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
