import { type Side, siblingSides } from './ancestors.js';
import { splitNote } from './note-text.js';
import { readProof } from './proof-text.js';
import { readTreeHead } from './tree-head-text.js';
import { type Trust, type VerifiedCheckpoint, verifiedCheckpoint } from './verify-checkpoint.js';
import { bytesOf, encoded, hex, sha256 } from './web-crypto.js';

// For auditors: the browser computes all hashes and verifies all signatures by WebCrypto. The service gives texts alone.

export type Link = { hashed: string; leaf: string; proof: string | null };
/** The first thing that is wrong with an event. */
type Problem = 'missing' | 'content' | 'order' | 'leaf' | 'proof' | 'unreadable';

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
/** `stream` names the exam and the learner. */
export type Verification = { stream: string; events: VerifiedEvent[]; checkpoints: VerifiedCheckpoint[] };

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
