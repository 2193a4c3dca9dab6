import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';

const md5 = (...parts: (string | Buffer)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('md5')).digest('hex');

/** The reference has a constant initialization vector for each key. */
const cipherOf = (key: string): [name: string, key: Buffer, iv: string] => {
  const bytes = Buffer.from(key, 'hex');
  return [`aes-${bytes.length * 8}-cbc`, bytes, md5(bytes, md5(bytes)).slice(0, 16)];
};

/** A link to a recording, encrypted as the reference keeps it (domain.md §8.7). `key` is hexadecimal. */
export const encryptedVideoLink = (link: string, key: string): string => {
  const cipher = createCipheriv(...cipherOf(key));
  const encrypted = Buffer.concat([cipher.update(link, 'utf8'), cipher.final()]).toString('base64');
  return encrypted.replaceAll('+', '-').replaceAll('/', '_');
};

/** Undefined if another key encrypted it. */
export const decryptedVideoLink = (encrypted: string, key: string): string | undefined => {
  try {
    const decipher = createDecipheriv(...cipherOf(key));
    return decipher.update(encrypted, 'base64url', 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
};
