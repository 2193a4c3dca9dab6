import { decodeJwt, decodeProtectedHeader, errors } from 'jose';
import type { LtiTool } from '#providers';
import { controlScope } from './claims.js';
import { ltiPaths } from './paths.js';
import type { Platform } from './platform.js';
import { ownClaims, signedFor, validSeconds } from './platform-keys.js';
import { claimsByTool } from './tool-keys.js';

/** Why a tool gets no access token, in the words of OAuth 2. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  constructor(readonly reason: 'invalid_client' | 'invalid_grant' | 'unidentified_error') {
    super(reason);
  }
}

/** A tool proves with an assertion who it is (RFC 7523). `jti` may be used once until `until`. */
export type Assertion = { jti: string; until: string };

/** @throws TokenRefused */
export async function readAssertion(platform: Platform, tool: LtiTool, text: string, at: string): Promise<Assertion> {
  if (!isToken(text)) throw new TokenRefused('invalid_grant');
  const { jti, exp } = await claimsByTool(tool, text, at, {
    issuer: tool.clientId,
    subject: tool.clientId,
    audience: [platform.url, `${platform.url}/`, platform.url + ltiPaths.token(tool.uuid)],
    requiredClaims: ['exp', 'jti'],
  }).catch((error) => {
    throw refusalOf(error);
  });
  const isLong = exp! - Date.parse(at) / 1000 > validSeconds + 60;
  if (typeof jti !== 'string' || jti.length > 255 || isLong) throw new TokenRefused('invalid_grant');
  return { jti, until: new Date(exp! * 1000 + 60_000).toISOString() };
}

function isToken(text: string): boolean {
  try {
    return decodeProtectedHeader(text) !== undefined && decodeJwt(text) !== undefined;
  } catch {
    return false;
  }
}

function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return new TokenRefused('unidentified_error');
  if (error instanceof errors.JWTClaimValidationFailed)
    return new TokenRefused(error.claim === 'iss' || error.claim === 'sub' ? 'invalid_client' : 'invalid_grant');
  return error instanceof errors.JOSEError ? new TokenRefused('invalid_client') : error;
}

/** The answer of the token endpoint. Scopes that the service does not know are left out (edx-exams.md §8.7). */
export async function accessTokenFor(platform: Platform, tool: LtiTool, scope: string, at: string) {
  const scopes = scope
    .split(' ')
    .filter((each) => each === controlScope)
    .join(' ');
  const claims = { sub: tool.clientId, iss: platform.url, scopes };
  return {
    access_token: await signedFor(tool, claims, at),
    token_type: 'bearer',
    expires_in: validSeconds,
    scope: scopes,
  };
}

/** Is this an access token of the tool? If so: may it use the control service? Undefined: it is none. */
export async function mayControl(
  platform: Platform,
  tool: LtiTool,
  token: string,
  at: string,
): Promise<boolean | undefined> {
  try {
    const { scopes } = await ownClaims(tool, token, platform.url, at);
    return String(scopes).split(' ').includes(controlScope);
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
