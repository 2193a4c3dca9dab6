import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { LtiTool } from '#providers';

const algorithm = 'RS256';

/** The public key of what this service signs for a tool, as a JSON Web Key. The id is its RFC 7638 thumbprint. */
export function publicKeyFor({ platformKey }: LtiTool) {
  const { n, e } = createPublicKey(platformKey).export({ format: 'jwk' });
  const kid = createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url');
  return { kty: 'RSA', key_ops: ['verify'], n: n!, e: e!, kid };
}

/** Signs a message or a token for a tool. It is valid for an hour. */
export const signedFor = (tool: LtiTool, claims: JWTPayload, at: string): Promise<string> => {
  const seconds = Math.floor(Date.parse(at) / 1000);
  return new SignJWT({ ...claims, iat: seconds, exp: seconds + validSeconds })
    .setProtectedHeader({ alg: algorithm, kid: publicKeyFor(tool).kid, typ: 'JWT' })
    .sign(createPrivateKey(tool.platformKey));
};

export const validSeconds = 3600;

/** The claims of a token that this service signed for the tool. Throws if it did not, or if the token has expired. */
export const ownClaims = async (tool: LtiTool, token: string, issuer: string, at: string): Promise<JWTPayload> => {
  const key = createPublicKey(tool.platformKey);
  const checks = { algorithms: [algorithm], issuer, subject: tool.clientId, currentDate: new Date(at) };
  return (await jwtVerify(token, key, { ...checks, requiredClaims: ['exp'] })).payload;
};
