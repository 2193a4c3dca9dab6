import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { type Configuration, jwtSecretOf } from '#configuration';
import { fetchWhole } from '#connections';
import { ClaimRefused, type Claims, readClaims } from '#roster';
import { HttpAnswer, refused } from '../http/http-answer.js';

const publicKeyAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

/** Checks a token's signature, audience, issuer, and its times at `at`. Throws 403 in the reference's words. */
export type Verify = (token: string, at: string) => Promise<Claims & { exp: number }>;

export function verifierOf(configuration: Configuration): Verify {
  const { jwtJwks, jwtJwksUrl, jwtAudience, jwtIssuer } = configuration;
  const secret = new TextEncoder().encode(jwtSecretOf(configuration) ?? '');
  const publicKeys = jwtJwksUrl
    ? createRemoteJWKSet(new URL(jwtJwksUrl), { timeoutDuration: 3000, [customFetch]: fetchWhole })
    : createLocalJWKSet((jwtJwks as JSONWebKeySet) ?? { keys: [] });
  const options = { audience: jwtAudience, issuer: jwtIssuer, clockTolerance: 1 };

  return async (token, at) => {
    const now = { ...options, currentDate: new Date(at) };
    const usesSecret = algorithmOf(token) === 'HS256' && secret.length > 0;
    try {
      // The algorithm decides between secret and public keys, so that a public key never serves as a secret.
      const { payload } = usesSecret
        ? await jwtVerify(token, secret, { ...now, algorithms: ['HS256'] })
        : await jwtVerify(token, publicKeys, { ...now, algorithms: publicKeyAlgorithms });
      return claimsOf(payload);
    } catch (error) {
      throw error instanceof HttpAnswer ? error : refusalOf(error);
    }
  };
}

function claimsOf(payload: JWTPayload) {
  // jose has checked its type.
  if (payload.exp === undefined) throw refused(403, 'Invalid token: exp is required.');
  try {
    return { ...readClaims(payload), exp: payload.exp };
  } catch (error) {
    throw error instanceof ClaimRefused ? refused(403, `Invalid token: ${error.message}.`) : error;
  }
}

function algorithmOf(token: string) {
  try {
    return decodeProtectedHeader(token).alg;
  } catch {
    throw refused(403, 'Error decoding token.');
  }
}

function refusalOf(error: unknown) {
  if (error instanceof errors.JWTExpired) return refused(403, 'Token has expired.');
  if (error instanceof errors.JWSSignatureVerificationFailed) return refused(403, 'Error decoding token.');
  const isAboutToken =
    error instanceof errors.JOSEError &&
    !['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT'].includes(error.code);
  return isAboutToken
    ? refused(403, 'Invalid token.')
    : refused(503, 'The keys of tokens cannot be fetched. Please try again.', { 'Retry-After': '5' });
}
