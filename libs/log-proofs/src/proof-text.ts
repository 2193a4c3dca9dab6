import { BadNote } from './note-text.js';

/** The parts of a C2SP tlog-proof. `hashes` and `extra` are base64. */
export type ProofText = { index: number; hashes: readonly string[]; checkpoint: string; extra?: string };

const header = 'c2sp.org/tlog-proof@v1';

export const textOfProof = ({ index, hashes, checkpoint, extra }: ProofText): string =>
  [header, ...(extra ? [`extra ${extra}`] : []), `index ${index}`, ...hashes, '', checkpoint].join('\n');

const form = /^c2sp\.org\/tlog-proof@v1\n(?:extra ([\w+/]*={0,2})\n)?index (0|[1-9]\d{0,15})\n((?:[\w+/]{43}=\n)*)\n/;

/** @throws BadNote */
export function readProof(text: string): ProofText {
  const found = form.exec(text);
  if (!found) throw new BadNote('The text is not a proof of C2SP tlog-proof.');
  const [whole, extra, index, hashes = ''] = found;
  return {
    index: Number(index),
    hashes: hashes.split('\n').slice(0, -1),
    checkpoint: text.slice(whole.length),
    ...(extra !== undefined && { extra }),
  };
}
