import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessTokenKeysOf } from './access-token-keys.js';
import { loadConfiguration } from './configuration.js';

const folder = mkdtempSync(join(tmpdir(), 'access-token-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rsa = (modulusLength = 2048) => generateKeyPairSync('rsa', { modulusLength });
const jwk = (key: ReturnType<typeof rsa>['privateKey']) => key.export({ format: 'jwk' });
const file = join(folder, 'keys.json');
const keysOf = (text: string) => {
  writeFileSync(file, text);
  return accessTokenKeysOf(loadConfiguration({ ACCESS_TOKEN_KEY_FILE: file }));
};

describe('the keys of access tokens', () => {
  const [one, other] = [rsa(), rsa()];

  it('are those of the file, in their order', () => {
    const keys = [jwk(one.privateKey), jwk(other.publicKey)];
    expect(keysOf(JSON.stringify({ keys }))).toEqual(keys);
  });

  it.each([
    ['no JSON', 'x'],
    ['no key set', '{"keys": 1}'],
    ['no key', '{"keys": []}'],
    ['a public key first', JSON.stringify({ keys: [jwk(one.publicKey), jwk(other.privateKey)] })],
    ['a short key', JSON.stringify({ keys: [jwk(rsa(1024).privateKey)] })],
    ['a key of another kind', JSON.stringify({ keys: [jwk(generateKeyPairSync('ed25519').privateKey)] })],
  ])('are refused with %s', (_, text) =>
    expect(() => keysOf(text)).toThrow('must have a JSON Web Key Set of RSA keys with at least 2048 bits'),
  );

  it('are one key in DATA_DIR without a file, which only its owner can read', () => {
    const configuration = loadConfiguration({ DATA_DIR: join(folder, 'data') });
    const made = accessTokenKeysOf(configuration);
    expect(made).toEqual([expect.objectContaining({ kty: 'RSA', d: expect.any(String) })]);
    expect(accessTokenKeysOf(configuration)).toEqual(made);
    expect(statSync(join(folder, 'data', 'access-token-keys')).mode & 0o777).toBe(0o600);
  });

  it('are none for one of several processes without a file', () =>
    expect(accessTokenKeysOf(loadConfiguration({ ROLE: 'api', DATA_DIR: join(folder, 'shared') }))).toEqual([]));
});
