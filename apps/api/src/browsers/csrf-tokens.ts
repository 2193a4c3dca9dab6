import { randomInt } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { refused } from '../http/http-answer.js';

type Headers = FastifyRequest['headers'];

/** A cookie's value. */
export const cookieValue = ({ cookie = '' }: Headers, name: string): string | undefined =>
  new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(cookie)?.[1];

/**
 * A request with cookies must repeat the cookie `csrftoken` in a header, because another site cannot read the cookie. Throws
 * 403 in Django's words (rest-api.md §2.2). Each of the two may be masked, as Django does against compression attacks.
 */
export function checkCsrf(headers: Headers, cookie = cookieValue(headers, 'csrftoken')) {
  const header = headers['x-csrftoken'];
  if (!cookie) throw refused(403, 'CSRF Failed: CSRF cookie not set.');
  if (typeof header !== 'string' || header === '') throw refused(403, 'CSRF Failed: CSRF token missing.');
  const secret = unmasked(cookie);
  if (secret === undefined || unmasked(header) !== secret)
    throw refused(403, "CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header incorrect.");
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const secretLength = 32;

export const newSecret = () => Array.from({ length: secretLength }, () => letters[randomInt(letters.length)]).join('');

/** The secret in a request's cookie; undefined without a cookie, or if it is malformed. */
export const secretIn = (headers: Headers, cookie: string): string | undefined =>
  unmasked(cookieValue(headers, cookie) ?? '');

/** Masks the secret with new random letters, so that compression never reveals it. */
export function masked(secret: string): string {
  const mask = newSecret();
  return mask + shifted(secret, (letter, index) => letter + letters.indexOf(mask[index]!));
}

/** A masked token is a mask, and the secret with each letter shifted by the mask's letter. */
function unmasked(token: string): string | undefined {
  if (!/^[a-zA-Z0-9]+$/.test(token)) return undefined;
  if (token.length === secretLength) return token;
  if (token.length !== 2 * secretLength) return undefined;
  return shifted(token.slice(secretLength), (letter, index) => letter - letters.indexOf(token[index]!));
}

const shifted = (text: string, by: (letter: number, index: number) => number): string =>
  [...text]
    .map((letter, index) => letters[(by(letters.indexOf(letter), index) + letters.length) % letters.length])
    .join('');
