// Not the whole domain: browsers load this.
import { trustedLogKeys } from '../../domain/src/log-keys/log-keys.js';
import { type Side, siblingSides } from './ancestors.js';
import { cosignedText, signatureTypes, splitNote, splitVerifierKey } from './note-text.js';
import { readProof } from './proof-text.js';
import { readTreeHead } from './tree-head-text.js';

// For auditors: the browser computes all hashes and verifies all signatures by WebCrypto. The service gives texts alone.

export type Link = { hashed: string; leaf: string; proof: string | null };
export type LogKey = { public_key: string; signs: boolean; revoked: { tree: number; from_size: number } | null };
export type Witness = { name: string; verifier_key: string };

/** `given` is a verifier key, or the 32 bytes of a public key in base64, that the auditor has from elsewhere. */
export type Trust = { keys: readonly LogKey[]; witnesses: readonly Witness[]; given?: string };

/** The first thing that is wrong with an event or a checkpoint. */
export type Problem = 'missing' | 'content' | 'order' | 'leaf' | 'proof' | 'not_signed' | 'given_key' | 'unreadable';

/** Hashes are hex. */
export type PathStep = { side: Side; sibling: string; hash: string };
export type VerifiedEvent = {
  version: number;
  eventId: string;
  type: string;
  hash: string;
  /** Undefined while no signed checkpoint covers the event. */
  path?: { index: number; leafHash: string; steps: PathStep[]; root: string; checkpoint: string };
  problem?: Problem;
};
export type VerifiedCheckpoint = {
  note: string;
  origin: string;
  size: number;
  /** The names of the keys that signed: `given` is the auditor's, `server` are those that the service named. */
  signedBy: { name: string; key: string; source: 'given' | 'server' }[];
  cosignedBy: { name: string; at: string; source: 'given' | 'server' }[];
  /** The browser has no Ed25519, so no signature was verified. */
  isUnsupported: boolean;
  problem?: Problem;
};
/** `stream` names the exam and the learner. */
export type Verification = { stream: string; events: VerifiedEvent[]; checkpoints: VerifiedCheckpoint[] };

export const canHash = (): boolean => globalThis.crypto?.subtle !== undefined;

/** The key that a person pasted; undefined if it is none. */
export function givenKey(text: string): { name?: string; type: number; publicKey: Uint8Array } | undefined {
  const parts = splitVerifierKey(text);
  const bytes = bytesOf(parts?.encoded ?? text);
  if (!parts) return bytes?.length === 32 ? { type: signatureTypes.signature, publicKey: bytes } : undefined;
  return bytes?.length === 33 ? { name: parts.name, type: bytes[0]!, publicKey: bytes.subarray(1) } : undefined;
}

export async function verifyChain(links: readonly Link[], trust: Trust): Promise<Verification> {
  const checkpoints = new Map<string, VerifiedCheckpoint>();
  const events: VerifiedEvent[] = [];
  const stream = partsOf(links[0]?.hashed)?.stream;
  let previous = '';
  for (const [at, link] of links.entries()) {
    const event = await verifiedEvent(link, { version: at + 1, previous, stream });
    previous = partsOf(link.leaf)?.hash ?? '';
    events.push(event);
    const note = event.path?.checkpoint;
    if (note !== undefined && !checkpoints.has(note)) checkpoints.set(note, await verifiedCheckpoint(note, trust));
  }
  return { stream: String(stream), events, checkpoints: [...checkpoints.values()] };
}

/** The parts of an event or a leaf; undefined for a text that is none. */
function partsOf(text = ''): Record<string, any> | undefined {
  try {
    return Object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

type Wanted = { version: number; previous: string; stream: unknown };

/** The id, the version and the type are those under the hash. The service might name others beside it. */
async function verifiedEvent({ hashed, leaf, proof }: Link, wanted: Wanted): Promise<VerifiedEvent> {
  const hash = hex(await sha256(encoded(hashed)));
  const [content, place] = [partsOf(hashed), partsOf(leaf)];
  const event = {
    version: Number(content?.version ?? wanted.version),
    eventId: String(content?.id),
    type: String(content?.type),
    hash,
  };
  try {
    const path = proof === null ? undefined : await climbed(leaf, proof);
    if (!content || !place) return { ...event, path, problem: 'unreadable' };
    const isSame = ['id', 'stream', 'version'].every((field) => content[field] === place[field]);
    const checks: [boolean, Problem][] = [
      [content.version === wanted.version && content.stream === wanted.stream, 'missing'],
      [place.hash === hash, 'content'],
      [content.previous === wanted.previous, 'order'],
      [isSame, 'leaf'],
      [path === undefined || path.root === path.wanted, 'proof'],
    ];
    return { ...event, path, problem: checks.find(([holds]) => !holds)?.[1] };
  } catch {
    return { ...event, problem: 'unreadable' };
  }
}

/** The way from a leaf up to the root. `wanted` is the root in the checkpoint of the proof. */
async function climbed(leaf: string, proof: string) {
  const { index, hashes, checkpoint } = readProof(proof);
  const head = readTreeHead(splitNote(checkpoint).text);
  const sides = siblingSides(index, head.size, hashes.length);
  let hash = await sha256(Uint8Array.of(0), encoded(leaf));
  const leafHash = hex(hash);
  const steps: PathStep[] = [];
  for (const [at, side] of sides?.entries() ?? []) {
    const sibling = bytesOf(hashes[at]!)!;
    hash = await (side === 'left' ? sha256(Uint8Array.of(1), sibling, hash) : sha256(Uint8Array.of(1), hash, sibling));
    steps.push({ side, sibling: hex(sibling), hash: hex(hash) });
  }
  const root = sides ? hex(hash) : '';
  return { index, leafHash, steps, root, wanted: hex(bytesOf(head.root)!), checkpoint };
}

async function verifiedCheckpoint(note: string, { keys, witnesses, given }: Trust): Promise<VerifiedCheckpoint> {
  const { text } = splitNote(note);
  const { origin, size } = readTreeHead(text);
  const tree = Number(origin.slice(origin.lastIndexOf('/') + 1));
  const checkpoint: VerifiedCheckpoint = { note, origin, size, signedBy: [], cosignedBy: [], isUnsupported: false };
  const { signature, cosignature } = signatureTypes;
  try {
    const known = keys.map(({ public_key, revoked, ...rest }) => ({
      ...rest,
      publicKey: public_key,
      ...(revoked && { revoked: { tree: revoked.tree, fromSize: revoked.from_size } }),
    }));
    for (const key of trustedLogKeys(known, tree, size))
      if ((await signedAt(note, origin, signature, bytesOf(key)!)) !== undefined)
        checkpoint.signedBy.push({ name: origin, key, source: 'server' });
    for (const { name, verifier_key } of witnesses) {
      const at = await signedAt(note, name, cosignature, givenKey(verifier_key)!.publicKey);
      if (at !== undefined) checkpoint.cosignedBy.push({ name, at, source: 'server' });
    }
    const own = given === undefined ? undefined : givenKey(given);
    const isWitness = own?.type === cosignature;
    const at = own && (await signedAt(note, isWitness ? own.name! : origin, own.type, own.publicKey));
    if (own && at !== undefined) {
      if (isWitness) checkpoint.cosignedBy.unshift({ name: own.name!, at, source: 'given' });
      else checkpoint.signedBy.unshift({ name: origin, key: given!, source: 'given' });
    }
    if (checkpoint.signedBy.length === 0) checkpoint.problem = 'not_signed';
    if (given !== undefined && at === undefined) checkpoint.problem = 'given_key';
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    checkpoint.isUnsupported = true;
  }
  return checkpoint;
}

/**
 * The time of a valid signature of this key on the note, or '' for a signature without a time. Undefined if there is none.
 * @throws DOMException if the browser has no Ed25519
 */
async function signedAt(note: string, name: string, type: number, publicKey: Uint8Array): Promise<string | undefined> {
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

/** WebCrypto wants a buffer of its own. */
const copied = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
}

export const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The bytes of base64; undefined for another text. */
function bytesOf(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
