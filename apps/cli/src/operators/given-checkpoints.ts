import { readFileSync } from 'node:fs';
import {
  openNote,
  publicBytesOf,
  type SignedCheckpoint,
  treeHeadOf,
  treeNumberOf,
  type Verifier,
  vkeyOf,
} from '#merkle-log';
import { UsageError } from './strict.command.js';

/** The signed checkpoints in a file, the largest first. Each must have a signature of a key. @throws UsageError */
export function givenCheckpoints(path: string, keys: readonly Verifier[]): SignedCheckpoint[] {
  try {
    const text = readFileSync(path, 'utf8');
    // The worker keeps them in its own file as one line of JSON each.
    const notes: string[] = text.startsWith('"')
      ? text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [text];
    return notes.map((note) => given(note, keys)).sort((one, other) => other.head.size - one.head.size);
  } catch (error) {
    throw new UsageError(`--checkpoint ${path}: ${(error as Error).message}`);
  }
}

function given(note: string, keys: readonly Verifier[]): SignedCheckpoint {
  const { text, signatures } = openNote(note, keys);
  const head = treeHeadOf(text);
  const tree = treeNumberOf(head.origin);
  if (tree === undefined) throw new Error(`${head.origin} does not end with the number of a tree.`);
  const witnesses = signatures
    .filter(({ verifier: { type } }) => type === 'cosignature')
    .map(({ verifier: { name, publicKey } }) => vkeyOf(name, publicBytesOf(publicKey), 'cosignature'));
  return { tree, note, head, witnesses };
}
