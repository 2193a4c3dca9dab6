import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { BadNote, cosignedText, signatureTypes, splitNote, splitVerifierKey } from '#log-proofs';

export { BadNote };

export type Verifier = { name: string; keyId: string; type: keyof typeof signatureTypes; publicKey: KeyObject };

/** A key that signs. `vkey` is its verifier key, which is public. */
export type Signer = { name: string; keyId: string; vkey: string; signatureOf(text: string): Buffer };

/** A signature that was verified. `at` is the time of a cosignature, in seconds since 1970. */
export type VerifiedSignature = { verifier: Verifier; at?: number };

// How raw Ed25519 keys are written as PKCS #8 and SubjectPublicKeyInfo (RFC 8410).
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const spki = Buffer.from('302a300506032b6570032100', 'hex');

export const privateKeyOf = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' });

/** The 32 bytes of an Ed25519 key's public part. */
export const publicBytesOf = (key: KeyObject): Buffer =>
  (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' }).subarray(-32);

/** The verifier key of 32 public bytes. */
export function vkeyOf(name: string, publicBytes: Buffer, type: keyof typeof signatureTypes = 'signature'): string {
  const key = Buffer.concat([Buffer.of(signatureTypes[type]), publicBytes]);
  const keyId = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), key]), 'buffer').subarray(0, 4);
  return `${name}+${keyId.toString('hex')}+${key.toString('base64')}`;
}

export function verifierOf(vkey: string): Verifier {
  const { name, keyId, encoded } = splitVerifierKey(vkey) ?? { name: '', keyId: '', encoded: '' };
  const key = Buffer.from(encoded, 'base64');
  const type = (['signature', 'cosignature'] as const).find((each) => signatureTypes[each] === key[0]);
  if (!type || key.length !== 33 || vkeyOf(name, key.subarray(1), type) !== vkey)
    throw new BadNote(`Not a verifier key for Ed25519: ${vkey}`);
  const publicKey = createPublicKey({ key: Buffer.concat([spki, key.subarray(1)]), format: 'der', type: 'spki' });
  return { name, keyId, type, publicKey };
}

export function signerOf(name: string, key: KeyObject): Signer {
  const vkey = vkeyOf(name, publicBytesOf(key));
  return { ...verifierOf(vkey), vkey, signatureOf: (text) => sign(null, Buffer.from(text), key) };
}

/** A signer of cosignatures. `now` answers the time in seconds since 1970. */
export function cosignerOf(name: string, key: KeyObject, now: () => number): Signer {
  const vkey = vkeyOf(name, publicBytesOf(key), 'cosignature');
  const signatureOf = (text: string) => {
    const at = now();
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(at));
    return Buffer.concat([time, sign(null, cosigned(text, at), key)]);
  };
  return { ...verifierOf(vkey), vkey, signatureOf };
}

const cosigned = (text: string, at: number | bigint) => Buffer.from(cosignedText(text, at));

/** A text that ends with a line feed, with the signatures of all signers. */
export const signNote = (text: string, signers: readonly Signer[]): string =>
  `${text}\n${signers.map((signer) => signatureLine(text, signer)).join('')}`;

/** The line that adds a signature to a note. */
export const signatureLine = (text: string, { name, keyId, signatureOf }: Signer): string =>
  lineOf({ name, keyId, signature: signatureOf(text) });

type SignatureLine = { name: string; keyId: string; signature: Buffer };

export const lineOf = ({ name, keyId, signature }: SignatureLine): string =>
  `— ${name} ${Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64')}\n`;

/** The text of a note and its signatures, none of them verified. @throws BadNote */
export function parseNote(note: string): { text: string; signatures: SignatureLine[] } {
  const { text, signatures } = splitNote(note);
  const lines = signatures.map(({ name, encoded }) => {
    const bytes = Buffer.from(encoded, 'base64');
    if (bytes.length < 5 || bytes.toString('base64') !== encoded)
      throw new BadNote(`Not a signature line: — ${name} ${encoded}`.slice(0, 122));
    return { name, keyId: bytes.subarray(0, 4).toString('hex'), signature: bytes.subarray(4) };
  });
  return { text, signatures: lines };
}

/** The text of a note that at least one of the keys has signed. Signatures of other keys are ignored. @throws BadNote */
export function openNote(
  note: string,
  verifiers: readonly Verifier[],
): { text: string; signatures: VerifiedSignature[] } {
  const { text, signatures } = parseNote(note);
  const verified = signatures.flatMap(({ name, keyId, signature }): VerifiedSignature[] => {
    const verifier = verifiers.find((each) => each.name === name && each.keyId === keyId);
    return verifier ? [verifiedBy(verifier, text, signature)] : [];
  });
  if (verified.length === 0) throw new BadNote('No known key has signed the note.');
  return { text, signatures: verified };
}

function verifiedBy(verifier: Verifier, text: string, signature: Buffer): VerifiedSignature {
  const isCosignature = verifier.type === 'cosignature';
  const at = isCosignature && signature.length === 72 ? signature.readBigUInt64BE() : 0n;
  const [message, bytes] = isCosignature ? [cosigned(text, at), signature.subarray(8)] : [Buffer.from(text), signature];
  if (!verify(null, message, verifier.publicKey, bytes))
    throw new BadNote(`The signature of ${verifier.name} is false.`);
  return isCosignature ? { verifier, at: Number(at) } : { verifier };
}
