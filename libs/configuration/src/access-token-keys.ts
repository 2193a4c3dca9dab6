import { createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Configuration, keptSecret } from './configuration.js';

const smallestKey = 2048;

/**
 * The RSA keys of access tokens (edx-exams.md §5.4). The first one signs; the LMS accepts all. None if several processes
 * would each make their own. Throws an error of one line.
 */
export function accessTokenKeysOf({ accessTokenKeyFile, dataDir, role }: Configuration): JsonWebKey[] {
  if (!accessTokenKeyFile && role !== 'all') return [];
  const text = accessTokenKeyFile
    ? readFileSync(accessTokenKeyFile, 'utf8')
    : keptSecret(dataDir, 'access-token-keys', madeKeys);
  const keys = keysIn(text);
  if (!keys?.[0]?.d || !keys.every(isLargeRsaKey))
    throw new Error(
      `ACCESS_TOKEN_KEY_FILE must have a JSON Web Key Set of RSA keys with at least ${smallestKey} bits, and the first must be private.`,
    );
  return keys;
}

function keysIn(text: string): JsonWebKey[] | undefined {
  try {
    const { keys } = JSON.parse(text);
    return Array.isArray(keys) ? keys : undefined;
  } catch {
    return undefined;
  }
}

function isLargeRsaKey(key: JsonWebKey): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({ key, format: 'jwk' });
    return asymmetricKeyType === 'rsa' && asymmetricKeyDetails!.modulusLength! >= smallestKey;
  } catch {
    return false;
  }
}

function madeKeys(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: smallestKey });
  return JSON.stringify({ keys: [privateKey.export({ format: 'jwk' })] });
}
