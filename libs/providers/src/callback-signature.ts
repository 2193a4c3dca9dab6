import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A provider signs this: the path of its callback, the time, a number used once, and the bytes of the body. */
export type SignedCallback = { path: string; time: string; nonce: string; body: Buffer };

/** HMAC-SHA256 in hexadecimal digits (docs/providers.md). */
export const callbackSignature = ({ path, time, nonce, body }: SignedCallback, secret: string): string =>
  createHmac('sha256', secret).update(`${path}\n${time}\n${nonce}\n`).update(body).digest('hex');

/** Takes the same time whatever is the same. */
export const isSameSecret = (one: string, other: string): boolean => {
  const [first, second] = [one, other].map((each) => createHash('sha256').update(each).digest());
  return timingSafeEqual(first!, second!);
};
