import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The parts of a callback that a provider signs. The nonce is used once. */
export type SignedCallback = { path: string; time: string; nonce: string; body: Buffer };

/** HMAC-SHA256 in hexadecimal digits (docs/providers.md). */
export const callbackSignature = ({ path, time, nonce, body }: SignedCallback, secret: string): string =>
  createHmac('sha256', secret).update(`${path}\n${time}\n${nonce}\n`).update(body).digest('hex');

/** Compares in constant time. */
export const isSameSecret = (one: string, other: string): boolean => {
  const [first, second] = [one, other].map((each) => createHash('sha256').update(each).digest());
  return timingSafeEqual(first!, second!);
};
