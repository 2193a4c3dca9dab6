import { openCheckpoint, type TreeHead } from './signed-checkpoint.js';
import { BadNote, type VerifiedSignature, type Verifier } from './signed-note.js';
import { leafHash, verifyInclusion } from './tree.js';

/** The parts of a C2SP tlog-proof: the leaf's index, the inclusion proof, and the signed checkpoint. `extra` is not verified. */
export type TlogProof = { index: number; hashes: readonly Buffer[]; checkpoint: string; extra?: Buffer };

const header = 'c2sp.org/tlog-proof@v1';

export const proofText = ({ index, hashes, checkpoint, extra }: TlogProof): string =>
  [
    header,
    ...(extra ? [`extra ${extra.toString('base64')}`] : []),
    `index ${index}`,
    ...hashes.map((hash) => hash.toString('base64')),
    '',
    checkpoint,
  ].join('\n');

const form = /^c2sp\.org\/tlog-proof@v1\n(?:extra ([\w+/]*={0,2})\n)?index (0|[1-9]\d{0,15})\n((?:[\w+/]{43}=\n)*)\n/;

/** @throws BadNote */
export function parseProof(text: string): TlogProof {
  const found = form.exec(text);
  if (!found) throw new BadNote('The text is not a proof of C2SP tlog-proof.');
  const [whole, extra, index, hashes = ''] = found;
  return {
    index: Number(index),
    hashes: hashes
      .split('\n')
      .slice(0, -1)
      .map((each) => Buffer.from(each, 'base64')),
    checkpoint: text.slice(whole.length),
    ...(extra !== undefined && { extra: Buffer.from(extra, 'base64') }),
  };
}

/** Answers what the keys have signed if the proof shows that the leaf is in their tree. @throws BadNote */
export function verifyProof(
  text: string,
  leaf: string,
  verifiers: readonly Verifier[],
): { index: number; head: TreeHead; signatures: VerifiedSignature[] } {
  const { index, hashes, checkpoint } = parseProof(text);
  const { head, signatures } = openCheckpoint(checkpoint, verifiers);
  if (!verifyInclusion(leafHash(leaf), index, head.size, hashes, head.root))
    throw new BadNote('The proof does not lead from the leaf to the root of the signed checkpoint.');
  return { index, head, signatures };
}
