import { BadNote, readProof, textOfProof } from '#log-proofs';
import { openCheckpoint, type TreeHead } from './signed-checkpoint.js';
import type { VerifiedSignature, Verifier } from './signed-note.js';
import { leafHash, verifyInclusion } from './tree.js';

/** The parts of a C2SP tlog-proof: the leaf's index, the inclusion proof, and the signed checkpoint. `extra` is not verified. */
export type TlogProof = { index: number; hashes: readonly Buffer[]; checkpoint: string; extra?: Buffer };

export const proofText = ({ index, hashes, checkpoint, extra }: TlogProof): string =>
  textOfProof({
    index,
    hashes: hashes.map((hash) => hash.toString('base64')),
    checkpoint,
    ...(extra && { extra: extra.toString('base64') }),
  });

/** @throws BadNote */
export function parseProof(text: string): TlogProof {
  const { hashes, extra, ...rest } = readProof(text);
  return {
    ...rest,
    hashes: hashes.map((hash) => Buffer.from(hash, 'base64')),
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
