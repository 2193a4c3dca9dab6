import { createHash, createHmac } from 'node:crypto';

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const base62 = (number: number): string =>
  number < 62 ? digits[number]! : base62(Math.floor(number / 62)) + digits[number % 62];

/** A cookie's value as Django signs it, so that the LMS, which has the same secret, can check it (rest-api.md §5.22). */
export const signedCookie = (name: string, value: string, secret: string, at: string): string => {
  const signed = `${value}:${base62(Math.floor(Date.parse(at) / 1000))}`;
  const key = createHash('sha256').update(`${name}signerdjango.http.cookies${secret}`).digest();
  return `${signed}:${createHmac('sha256', key).update(signed).digest('base64url')}`;
};
