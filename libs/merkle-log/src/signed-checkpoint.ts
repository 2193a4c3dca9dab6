import { BadNote, readTreeHead, textOfTreeHead } from '#log-proofs';
import { openNote, parseNote, type Signer, signNote, type VerifiedSignature, type Verifier } from './signed-note.js';

/** The head of a tree as C2SP tlog-checkpoint writes it. `extensions` are further lines. */
export type TreeHead = { origin: string; size: number; root: Buffer; extensions: readonly string[] };

export const textOf = ({ root, ...head }: TreeHead): string =>
  textOfTreeHead({ ...head, root: root.toString('base64') });

/** @throws BadNote */
export function treeHeadOf(text: string): TreeHead {
  const { root, ...head } = readTreeHead(text);
  return { ...head, root: Buffer.from(root, 'base64') };
}

/** The origin of a tree's signed checkpoints. It is the name of the keys that sign them, too. */
export const originOf = (log: string, tree: number): string => `${log}/${tree}`;

/** The number of the tree that an origin names; undefined for another log's. */
export function treeOf(log: string, origin: string): number | undefined {
  const tree = Number(origin.slice(origin.lastIndexOf('/') + 1));
  return Number.isSafeInteger(tree) && originOf(log, tree) === origin ? tree : undefined;
}

/** The lines that say which log of this service it is. */
export const extensionsOf = (logId: string, generation: number): string[] => [
  `log-id ${logId}`,
  `generation ${generation}`,
];

export const signCheckpoint = (head: TreeHead, signers: readonly Signer[]): string => signNote(textOf(head), signers);

/** The head in a signed checkpoint whose signatures nobody has verified. @throws BadNote */
export const unverifiedTreeHead = (note: string): TreeHead => treeHeadOf(parseNote(note).text);

/** The head in a signed checkpoint that at least one of the keys has signed under its origin. @throws BadNote */
export function openCheckpoint(
  note: string,
  verifiers: readonly Verifier[],
): { head: TreeHead; signatures: VerifiedSignature[] } {
  const { text, signatures } = openNote(note, verifiers);
  const head = treeHeadOf(text);
  if (!signatures.some(({ verifier }) => verifier.name === head.origin))
    throw new BadNote(`No known key of ${head.origin} has signed the checkpoint.`);
  return { head, signatures };
}
