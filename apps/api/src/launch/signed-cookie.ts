import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const base62 = (number: number): string =>
  number < 62 ? digits[number]! : base62(Math.floor(number / 62)) + digits[number % 62];

/** Signs a cookie's value as Django does. The LMS has the same secret and can check it (rest-api.md §5.22). */
export const signedCookie = (name: string, value: string, secret: string, at: string): string => {
  const signed = `${value}:${base62(Math.floor(Date.parse(at) / 1000))}`;
  return `${signed}:${signatureOf(name, signed, secret)}`;
};

/** The value and the time (ISO) of a cookie that was signed with this secret; undefined for all others. */
export const verifiedCookie = (
  name: string,
  cookie: string,
  secret: string,
): { value: string; at: string } | undefined => {
  const [, signed, value, seconds, signature] = /^(([-\w]+):([0-9A-Za-z]{1,8})):([-\w]+)$/.exec(cookie) ?? [];
  if (signed === undefined || signature === undefined) return undefined;
  const [expected, given] = [signatureOf(name, signed, secret), signature].map((each) => Buffer.from(each));
  if (expected!.length !== given!.length || !timingSafeEqual(expected!, given!)) return undefined;
  const number = [...seconds!].reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
  return { value: value!, at: new Date(number * 1000).toISOString() };
};

const signatureOf = (name: string, signed: string, secret: string): string => {
  const key = createHash('sha256').update(`${name}signerdjango.http.cookies${secret}`).digest();
  return createHmac('sha256', key).update(signed).digest('base64url');
};
