import { BadNote } from './note-text.js';

/** The head of a tree as C2SP tlog-checkpoint writes it. `root` is base64, `extensions` are further lines. */
export type TreeHeadText = { origin: string; size: number; root: string; extensions: readonly string[] };

export const textOfTreeHead = ({ origin, size, root, extensions }: TreeHeadText): string =>
  [origin, size, root, ...extensions, ''].join('\n');

/** 32 bytes in the only base64 that they have. */
const hash = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** @throws BadNote */
export function readTreeHead(text: string): TreeHeadText {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  if (origin === '' || !/^(0|[1-9]\d{0,15})$/.test(size) || !hash.test(root) || rest.pop() !== '' || rest.includes(''))
    throw new BadNote('The note is not a checkpoint of C2SP tlog-checkpoint.');
  return { origin, size: Number(size), root, extensions: rest };
}
