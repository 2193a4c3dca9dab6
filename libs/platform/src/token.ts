import { SignJWT } from 'jose';

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
