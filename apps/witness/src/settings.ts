import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  cosignerOf,
  privateKeyOf,
  type Signer,
  type Verifier,
  verifierOf,
} from '../../../libs/merkle-log/src/signed-note.js';

export type Settings = { host: string; port: number; name: string; folder: string; logs: Verifier[] };

/** @throws Error with one line */
export function settingsOf(env: NodeJS.ProcessEnv): Settings {
  const { WITNESS_HOST: host = '127.0.0.1', WITNESS_PORT: port = '3100', WITNESS_NAME: name = '' } = env;
  const { WITNESS_DIR: folder = '.data/witness', WITNESS_LOGS: logs = '' } = env;
  if (!/^[^\s+]{1,200}$/.test(name)) throw new Error('WITNESS_NAME must be a name such as witness.example.org.');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error('WITNESS_PORT must be a port.');
  const keys = logs.split(',').flatMap((key) => key.trim() || []);
  if (keys.length === 0) throw new Error('WITNESS_LOGS must have the verifier keys of logs, separated by commas.');
  return { host, port: Number(port), name, folder: resolve(folder), logs: keys.map(verifierOf) };
}

/** The witness's own key. It is made at the first start. */
export function signerIn({ name, folder }: Settings): Signer {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'key');
  if (!existsSync(file))
    writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx', flush: true });
  const seed = Buffer.from(readFileSync(file, 'utf8'), 'base64');
  if (seed.length !== 32) throw new Error(`${file} must have 32 bytes as base64.`);
  // biome-ignore lint/plugin: A witness has no database. It says when it signed by its own clock.
  return cosignerOf(name, privateKeyOf(seed), () => Math.floor(Date.now() / 1000));
}
