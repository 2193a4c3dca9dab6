import { createHmac } from 'node:crypto';

/**
 * The learner's id for a provider (domain.md §7.7): lower-case hex of an HMAC-SHA1 with PROCTORING_USER_OBFUSCATION_KEY.
 * `extra` is the provider's name; null adds the text "None".
 */
export const obscuredUserId = (userId: number, key: string, ...extra: (string | null)[]): string =>
  createHmac('sha1', key)
    .update([userId, ...extra.map((text) => text ?? 'None')].join(''))
    .digest('hex');
