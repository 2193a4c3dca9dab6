import type { Shape } from '#shapes';
import { flag, listOf, nonEmptyText, optional, readFields, text, userId } from './roster.fields.js';

/** The claims of a token about its user, in Open edX's words. The roster completes absent claims. */
export type Claims = {
  user_id?: number;
  preferred_username?: string;
  /** The user name of tokens without `preferred_username`. */
  username?: string;
  /** The token is for an application that may use scoped interfaces alone. */
  is_restricted?: boolean;
  email?: string;
  name?: string;
  administrator?: boolean;
  superuser?: boolean;
  /** Groups. */
  roles?: string[];
  scopes?: string[];
};

/** A list of scopes, or one text with spaces between them, as in OAuth. */
const scopes: Shape<string[]> = {
  ...listOf(nonEmptyText),
  read: (value) => listOf(nonEmptyText).read(typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : value),
};

const claims: { [Claim in keyof Claims]-?: Shape<Claims[Claim]> } = {
  user_id: optional(userId, undefined),
  preferred_username: optional(text, undefined),
  username: optional(text, undefined),
  is_restricted: optional(flag, undefined),
  email: optional(text, undefined),
  name: optional(text, undefined),
  administrator: optional(flag, undefined),
  superuser: optional(flag, undefined),
  roles: optional(listOf(nonEmptyText), undefined),
  scopes: optional(scopes, undefined),
};

/** A claim has the wrong type or breaks a limit of the roster. */
export class ClaimRefused extends Error {
  override readonly name = 'ClaimRefused';
}

/** Reads the claims of a verified token. Throws ClaimRefused. */
export const readClaims = (given: Record<string, unknown>): Claims =>
  readFields(claims, given, (claim, message) => {
    throw new ClaimRefused(`${claim} ${message}`);
  });
