import { createPublicKey } from 'node:crypto';
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { fetchWhole } from '#connections';
import { type LtiTool, ProviderRefused } from '#providers';

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** Fetched keys are remembered for each tool. */
const keySets = new WeakMap<LtiTool, KeySet>();

function keySetOf(tool: LtiTool): KeySet {
  const known = keySets.get(tool);
  if (known) return known;
  const keySet = createRemoteJWKSet(new URL(tool.toolKey), { timeoutDuration: 3000, [customFetch]: fetchWhole });
  keySets.set(tool, keySet);
  return keySet;
}

/**
 * The claims of a token that the tool signed, with all times checked at `at`. Throws an error of jose if they are not valid.
 * @throws ProviderRefused if the tool's keys cannot be fetched
 */
export async function claimsByTool(
  tool: LtiTool,
  token: string,
  at: string,
  checks: JWTVerifyOptions = {},
): Promise<JWTPayload> {
  const options = { algorithms: ['RS256', 'RS384', 'RS512'], clockTolerance: 5, currentDate: new Date(at), ...checks };
  if (!/^https?:/.test(tool.toolKey)) return (await jwtVerify(token, createPublicKey(tool.toolKey), options)).payload;
  try {
    return (await jwtVerify(token, keySetOf(tool), options)).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError && !isAboutKeySet(error)) throw error;
    throw new ProviderRefused(tool.name, 503, 'The keys of the LTI tool cannot be fetched. Please try again.');
  }
}

const isAboutKeySet = ({ code }: errors.JOSEError) =>
  ['ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID', 'ERR_JWKS_TIMEOUT'].includes(code);
