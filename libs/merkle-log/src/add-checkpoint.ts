import { BadNote } from './signed-note.js';
import { hashSize } from './tree.js';

/** A request of C2SP tlog-witness. `oldSize` is the size that the witness cosigned last, and `proof` leads from it. */
export type AddCheckpoint = { oldSize: number; proof: readonly Buffer[]; note: string };

const maxHashes = 63;

export const addCheckpointBody = ({ oldSize, proof, note }: AddCheckpoint): string =>
  [`old ${oldSize}`, ...proof.map((hash) => hash.toString('base64')), '', note].join('\n');

/** @throws BadNote */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const end = body.indexOf('\n\n');
  const [first = '', ...lines] = body.slice(0, end).split('\n');
  const [, size] = /^old (0|[1-9]\d{0,15})$/.exec(first) ?? [];
  const proof = lines.map((line) => Buffer.from(line, 'base64'));
  const isHash = (hash: Buffer, at: number) => hash.length === hashSize && hash.toString('base64') === lines[at];
  if (end === -1 || size === undefined || proof.length > maxHashes || !proof.every(isHash))
    throw new BadNote('The request is not an add-checkpoint of C2SP tlog-witness.');
  return { oldSize: Number(size), proof, note: body.slice(end + 2) };
}
