import { createPublicKey } from 'node:crypto';
import { createRemoteJWKSet, customFetch, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { fetchWhole } from '#connections';
import type { LtiTool } from '#providers';

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

/** The claims of a token that the tool signed, with all times checked at `at`. Throws an error of jose if they are not valid. */
export async function claimsByTool(
  tool: LtiTool,
  token: string,
  at: string,
  checks: JWTVerifyOptions = {},
): Promise<JWTPayload> {
  const options = { algorithms: ['RS256', 'RS384', 'RS512'], clockTolerance: 5, currentDate: new Date(at), ...checks };
  const { payload } = /^https?:/.test(tool.toolKey)
    ? await jwtVerify(token, keySetOf(tool), options)
    : await jwtVerify(token, createPublicKey(tool.toolKey), options);
  return payload;
}
