import { SignJWT } from 'jose';
import type { Claims } from '#roster';

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
