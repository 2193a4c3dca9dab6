import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const base62 = (number: number): string =>
  number < 62 ? digits[number]! : base62(Math.floor(number / 62)) + digits[number % 62];

/** A cookie's value as Django signs it, so that the LMS, which has the same secret, can check it (rest-api.md §5.22). */
export const signedCookie = (name: string, value: string, secret: string, at: string): string => {
  const signed = `${value}:${base62(Math.floor(Date.parse(at) / 1000))}`;
  return `${signed}:${signatureOf(name, signed, secret)}`;
};

/** Was this value signed with this secret, here or by the LMS? */
export const isSignedCookie = (name: string, value: string, secret: string): boolean => {
  const [, signed, signature] = /^(.+:.+):([-\w]+)$/.exec(value) ?? [];
  if (signed === undefined || signature === undefined) return false;
  const [expected, given] = [signatureOf(name, signed, secret), signature].map((each) => Buffer.from(each));
  return expected!.length === given!.length && timingSafeEqual(expected!, given!);
};

const signatureOf = (name: string, signed: string, secret: string): string => {
  const key = createHash('sha256').update(`${name}signerdjango.http.cookies${secret}`).digest();
  return createHmac('sha256', key).update(signed).digest('base64url');
};
