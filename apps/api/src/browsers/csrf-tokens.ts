import { randomInt } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { refused } from '../http/http-answer.js';

type Headers = FastifyRequest['headers'];

/** A cookie's value. */
export const cookieValue = ({ cookie = '' }: Headers, name: string): string | undefined =>
  new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(cookie)?.[1];

/**
 * A request with cookies must show in a header that it can read the cookie `csrftoken`, which another site cannot:
 * throws 403 in Django's words (rest-api.md §2.2). Either of the two may be masked, as Django does it against
 * compression attacks.
 */
export function checkCsrf(headers: Headers) {
  const [cookie, header] = [cookieValue(headers, 'csrftoken'), headers['x-csrftoken']];
  if (!cookie) throw refused(403, 'CSRF Failed: CSRF cookie not set.');
  if (typeof header !== 'string' || header === '') throw refused(403, 'CSRF Failed: CSRF token missing.');
  const secret = unmasked(cookie);
  if (secret === undefined || unmasked(header) !== secret)
    throw refused(403, "CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header incorrect.");
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const secretLength = 32;

const randomLetters = () => Array.from({ length: secretLength }, () => letters[randomInt(letters.length)]).join('');

/** A new secret for the cookie. */
export const newSecret = randomLetters;

/** The secret of the cookie that a request brought; undefined without one, or if it is malformed. */
export const secretIn = (headers: Headers): string | undefined => unmasked(cookieValue(headers, 'csrftoken') ?? '');

/** The secret, masked anew at each call, so that compression never shows it. */
export function masked(secret: string): string {
  const mask = randomLetters();
  return mask + moved(secret, (letter, place) => letter + letters.indexOf(mask[place]!));
}

/** A masked token is a mask, and the secret moved letter by letter by that mask. */
function unmasked(token: string): string | undefined {
  if (!/^[a-zA-Z0-9]+$/.test(token)) return undefined;
  if (token.length === secretLength) return token;
  if (token.length !== 2 * secretLength) return undefined;
  return moved(token.slice(secretLength), (letter, place) => letter - letters.indexOf(token[place]!));
}

const moved = (text: string, by: (letter: number, place: number) => number): string =>
  [...text]
    .map((letter, place) => letters[(by(letters.indexOf(letter), place) + letters.length) % letters.length])
    .join('');
