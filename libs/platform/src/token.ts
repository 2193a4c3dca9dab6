import { SignJWT } from 'jose';
import { listOf, optional, Problem, type Read, text, userId, words } from './roster.fields.js';

/** What a token says of its bearer, in Open edX's words. What it does not say, the roster does. */
export type Claims = {
  user_id?: number;
  preferred_username?: string;
  email?: string;
  name?: string;
  administrator?: boolean;
  superuser?: boolean;
  /** Groups. */
  roles?: string[];
  scopes?: string[];
};

const readers: { [Claim in keyof Claims]?: Read } = {
  user_id: optional(userId, undefined),
  preferred_username: optional(text, undefined),
  email: optional(text, undefined),
  name: optional(text, undefined),
  roles: optional(listOf(words), undefined),
  scopes: optional(listOf(words), undefined),
};

/** What is wrong with the claims, which become a row of the roster where nobody described their bearer; undefined if nothing. */
export function problemOfClaims(given: Claims): string | undefined {
  for (const [claim, read] of Object.entries(readers)) {
    try {
      read(given[claim as keyof Claims]);
    } catch (error) {
      if (error instanceof Problem) return `${claim} ${error.message}`;
      throw error;
    }
  }
  return undefined;
}

/** A token of this service's own, signed with HS256. `expiresIn` as in "1h", "30d". */
export const signToken = (
  secret: string,
  claims: Claims,
  { expiresIn = '1h', audience, issuer }: { expiresIn?: string; audience?: string; issuer?: string } = {},
): Promise<string> => {
  // biome-ignore-start lint/plugin: a token to try the service out is made without the database.
  const token = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).setIssuedAt();
  if (audience) token.setAudience(audience);
  if (issuer) token.setIssuer(issuer);
  return token.setExpirationTime(expiresIn).sign(new TextEncoder().encode(secret));
  // biome-ignore-end lint/plugin: until here.
};
