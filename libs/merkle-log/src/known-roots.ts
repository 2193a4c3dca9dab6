import type { Database } from '#connections';
import type { LogKeys } from '#domain';
import { logVerifiers } from './log-keys.js';
import { openCheckpoint, treeOf } from './signed-checkpoint.js';
import { verifierOf, vkeyOf } from './signed-note.js';

/** A root that a tree had at a size, as somebody says. `isSigned`: a key that counts has signed it. */
export type KnownRoot = { name: string; size: number; root: Buffer; isSigned: boolean; problem?: string };

type Row = { id: string; size: number; note: string };

const rowsAtOnce = 1000;

/** Those of table signed_checkpoints up to an id, the smallest first. `problem` says why one is wrong. */
export async function* signedRoots(
  database: Database,
  tree: number,
  upTo: string,
  keys: LogKeys,
): AsyncGenerator<KnownRoot> {
  const text = `select id, size::float, note from signed_checkpoints
    where tree = $1 and (size, id) > ($2::bigint, $3::bigint) and id <= $4 order by size, id limit ${rowsAtOnce}`;
  let last: Pick<Row, 'id' | 'size'> = { id: '0', size: -1 };
  for (let isLast = false; !isLast; ) {
    const { rows } = await database.query<Row>(text, [tree, last.size, last.id, upTo]);
    for (const row of rows) {
      const root = signedRoot(row, tree, keys);
      if (root) yield root;
    }
    isLast = rows.length < rowsAtOnce;
    last = rows.at(-1) ?? last;
  }
}

/** Undefined when it is right, but only a key has signed it that was revoked. */
function signedRoot({ id, size, note }: Row, tree: number, keys: LogKeys): KnownRoot | undefined {
  const name = `signed checkpoint ${id} of size ${size}`;
  const origin = note.slice(0, note.indexOf('\n'));
  try {
    const everyKey = keys.map(({ publicKey }) => verifierOf(vkeyOf(origin, Buffer.from(publicKey, 'base64'))));
    const { head, signatures } = openCheckpoint(note, everyKey);
    if (head.size !== size || treeNumberOf(origin) !== tree)
      throw new Error(`its text is of ${origin} and size ${head.size}`);
    const counting = logVerifiers(keys, origin, tree, size).map(({ keyId }) => keyId);
    if (!signatures.some(({ verifier }) => counting.includes(verifier.keyId))) return undefined;
    return { name, size, root: head.root, isSigned: true };
  } catch (error) {
    return { name, size, root: Buffer.alloc(0), isSigned: false, problem: (error as Error).message };
  }
}

/** The number of the tree that an origin ends with, of any log. */
export const treeNumberOf = (origin: string): number | undefined =>
  treeOf(origin.slice(0, Math.max(0, origin.lastIndexOf('/'))), origin);

/** Known roots in the order of their sizes. */
export async function* merged(
  known: AsyncIterable<KnownRoot>,
  others: readonly KnownRoot[],
): AsyncGenerator<KnownRoot> {
  const left = [...others].sort((one, other) => one.size - other.size);
  for await (const each of known) {
    while (left[0] && left[0].size < each.size) yield left.shift()!;
    yield each;
  }
  yield* left;
}
