// Not the whole domain: browsers load this.
import { trustedLogKeys } from '../../domain/src/log-keys/log-keys.js';
import { cosignedText, signatureTypes, splitNote, splitVerifierKey } from './note-text.js';
import { readTreeHead } from './tree-head-text.js';
import { bytesOf, copied, encoded, hex, sha256 } from './web-crypto.js';

export type LogKey = { public_key: string; signs: boolean; revoked: { tree: number; from_size: number } | null };
export type Witness = { name: string; verifier_key: string };

/** `given` is a verifier key, or the 32 bytes of a public key in base64, that the auditor has from elsewhere. */
export type Trust = { keys: readonly LogKey[]; witnesses: readonly Witness[]; given?: string };

export type VerifiedCheckpoint = {
  note: string;
  origin: string;
  size: number;
  /** The names of the keys that signed: `given` is the auditor's, `server` are those that the service named. */
  signedBy: { name: string; key: string; source: 'given' | 'server' }[];
  cosignedBy: { name: string; at: string; source: 'given' | 'server' }[];
  /** The browser has no Ed25519, so no signature was verified. */
  isUnsupported: boolean;
  problem?: 'not_signed' | 'given_key';
};
/** The key that a person pasted; undefined if it is none. */
export function givenKey(text: string): { name?: string; type: number; publicKey: Uint8Array } | undefined {
  const parts = splitVerifierKey(text);
  const bytes = bytesOf(parts?.encoded ?? text);
  if (!parts) return bytes?.length === 32 ? { type: signatureTypes.signature, publicKey: bytes } : undefined;
  return bytes?.length === 33 ? { name: parts.name, type: bytes[0]!, publicKey: bytes.subarray(1) } : undefined;
}

export async function verifiedCheckpoint(note: string, trust: Trust): Promise<VerifiedCheckpoint> {
  const { origin, size } = readTreeHead(splitNote(note).text);
  const checkpoint: VerifiedCheckpoint = { note, origin, size, signedBy: [], cosignedBy: [], isUnsupported: false };
  try {
    await addKnownSigners(checkpoint, trust);
    const isGivenSigner = trust.given === undefined || (await addGivenSigner(checkpoint, trust.given));
    if (checkpoint.signedBy.length === 0) checkpoint.problem = 'not_signed';
    if (!isGivenSigner) checkpoint.problem = 'given_key';
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    checkpoint.isUnsupported = true;
  }
  return checkpoint;
}

/** Those of the keys and witnesses that the service names. */
async function addKnownSigners(checkpoint: VerifiedCheckpoint, { keys, witnesses }: Trust): Promise<void> {
  const { note, origin, size, signedBy, cosignedBy } = checkpoint;
  const tree = Number(origin.slice(origin.lastIndexOf('/') + 1));
  const known = keys.map(({ public_key, revoked, ...rest }) => ({
    ...rest,
    publicKey: public_key,
    ...(revoked && { revoked: { tree: revoked.tree, fromSize: revoked.from_size } }),
  }));
  for (const key of trustedLogKeys(known, tree, size))
    if ((await signatureTime(note, origin, signatureTypes.signature, bytesOf(key)!)) !== undefined)
      signedBy.push({ name: origin, key, source: 'server' });
  for (const { name, verifier_key } of witnesses) {
    const at = await signatureTime(note, name, signatureTypes.cosignature, givenKey(verifier_key)!.publicKey);
    if (at !== undefined) cosignedBy.push({ name, at, source: 'server' });
  }
}

/** Answers whether the key that the auditor gave has signed. */
async function addGivenSigner({ note, origin, signedBy, cosignedBy }: VerifiedCheckpoint, given: string) {
  const own = givenKey(given);
  const isWitness = own?.type === signatureTypes.cosignature;
  const at = own && (await signatureTime(note, isWitness ? own.name! : origin, own.type, own.publicKey));
  if (at === undefined) return false;
  if (isWitness) cosignedBy.unshift({ name: own!.name!, at, source: 'given' });
  else signedBy.unshift({ name: origin, key: given, source: 'given' });
  return true;
}

/**
 * The time of a valid signature of this key on the note, or '' for a signature without a time. Undefined if there is none.
 * @throws DOMException if the browser has no Ed25519
 */
async function signatureTime(
  note: string,
  name: string,
  type: number,
  publicKey: Uint8Array,
): Promise<string | undefined> {
  const { text, signatures } = splitNote(note);
  const keyId = hex((await sha256(encoded(`${name}\n`), Uint8Array.of(type), publicKey)).subarray(0, 4));
  const key = await crypto.subtle.importKey('raw', copied(publicKey), { name: 'Ed25519' }, false, ['verify']);
  for (const line of signatures) {
    const bytes = bytesOf(line.encoded);
    if (line.name !== name || !bytes || hex(bytes.subarray(0, 4)) !== keyId) continue;
    const isCosignature = type === signatureTypes.cosignature;
    const at = isCosignature && bytes.length === 76 ? new DataView(bytes.buffer).getBigUint64(4) : 0n;
    const [message, signature] = isCosignature
      ? [cosignedText(text, at), bytes.subarray(12)]
      : [text, bytes.subarray(4)];
    if (await crypto.subtle.verify({ name: 'Ed25519' }, key, copied(signature), copied(encoded(message))))
      return isCosignature ? isoTime(at) : '';
  }
  return undefined;
}

const isoTime = (seconds: bigint): string => new Date(1000 * Number(seconds)).toISOString();
