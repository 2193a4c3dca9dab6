import { hash } from 'node:crypto';
import { Ancestors, siblingSides } from '#log-proofs';

/**
 * A Merkle tree of RFC 6962 with SHA-256, kept as tiles of C2SP tlog-tiles. A tile of level 0 has the hashes of up to 256
 * leaves; each hash of a higher level is the root of a full tile below.
 */
export const tileWidth = 256;
export const hashSize = 32;

export type TileId = { level: number; index: number };
export type Tile = TileId & { hashes: Buffer };

/** Answers the hashes of each tile, in the order of the ids. A tile may have more hashes than the tree had at some size. */
export type ReadTiles = (ids: readonly TileId[]) => Promise<readonly Buffer[]>;

/** The leaves from `begin` up to but not including `end`. */
type Range = readonly [begin: number, end: number];

/** The 2^height leaves from leaf index·2^height on. */
type Subtree = { height: number; index: number };

export const leafHash = (entry: string): Buffer => hash('sha256', Buffer.from(`\0${entry}`), 'buffer');

const pair = Buffer.alloc(1 + 2 * hashSize, 1);

export function nodeHash(left: Buffer, right: Buffer): Buffer {
  left.copy(pair, 1);
  right.copy(pair, 1 + hashSize);
  return hash('sha256', pair, 'buffer');
}

export const emptyRoot: Buffer = hash('sha256', '', 'buffer');

/** The number of hashes in the last tile of a level, which is not full; 0 when all tiles are full. */
export const widthOf = (size: number, level: number): number => Math.floor(size / tileWidth ** level) % tileWidth;

/** A tree that grows. Its unfinished tiles, the lowest level first, are all that it needs of the leaves before. */
export class GrowingTree {
  constructor(
    public size = 0,
    readonly unfinished: Buffer[] = [],
  ) {}

  /** Answers the tiles that the leaves finish. */
  append(leaves: readonly Buffer[]): Tile[] {
    const finished: Tile[] = [];
    for (let at = 0; at < leaves.length; ) {
      const room = tileWidth - widthOf(this.size, 0);
      const added = leaves.slice(at, at + room);
      this.size += added.length;
      at += added.length;
      this.extend(0, Buffer.concat(added), finished);
    }
    return finished;
  }

  root(): Buffer {
    return this.size === 0 ? emptyRoot : hashOfRange([0, this.size], ({ level }) => this.unfinished[level]!);
  }

  private extend(level: number, added: Buffer, finished: Tile[]) {
    const hashes = Buffer.concat([this.unfinished[level] ?? Buffer.alloc(0), added]);
    const isFull = hashes.length === tileWidth * hashSize;
    this.unfinished[level] = isFull ? Buffer.alloc(0) : hashes;
    if (!isFull) return;
    finished.push({ level, index: this.size / tileWidth ** (level + 1) - 1, hashes });
    this.extend(level + 1, rootOfFull(hashes), finished);
  }
}

/** The root at an earlier or the current size. */
export async function rootOf(size: number, readTiles: ReadTiles): Promise<Buffer> {
  return size === 0 ? emptyRoot : (await hashesOf([[0, size]], readTiles))[0]!;
}

/** The hashes that lead from each leaf to the root of the tree with `size` leaves. */
export function inclusionProofs(indexes: readonly number[], size: number, readTiles: ReadTiles): Promise<Buffer[][]> {
  const paths = indexes.map((index) => inclusionPath(index, size));
  return hashesOf(paths.flat(), readTiles).then((hashes) => paths.map(({ length }) => hashes.splice(0, length)));
}

export const inclusionProof = (index: number, size: number, readTiles: ReadTiles): Promise<Buffer[]> =>
  inclusionProofs([index], size, readTiles).then(([proof]) => proof!);

/** The hashes that show that the tree with `from` leaves, at least one, is the beginning of the one with `to` leaves. */
export const consistencyProof = (from: number, to: number, readTiles: ReadTiles): Promise<Buffer[]> =>
  hashesOf(consistencyPath(from, to), readTiles);

/** RFC 9162, 2.1.3.2. */
export function verifyInclusion(
  leaf: Buffer,
  index: number,
  size: number,
  proof: readonly Buffer[],
  root: Buffer,
): boolean {
  const sides = siblingSides(index, size, proof.length);
  const climb = (found: Buffer, sibling: Buffer, at: number) =>
    sides![at] === 'left' ? nodeHash(sibling, found) : nodeHash(found, sibling);
  return sides !== undefined && proof.reduce(climb, leaf).equals(root);
}

/** RFC 9162, 2.1.4.2. */
export function verifyConsistency(
  from: number,
  fromRoot: Buffer,
  to: number,
  toRoot: Buffer,
  proof: readonly Buffer[],
): boolean {
  if (!(from >= 1 && from <= to)) return false;
  if (from === to) return proof.length === 0 && fromRoot.equals(toRoot);
  const [first, ...rest] = largestPowerUpTo(from) === from ? [fromRoot, ...proof] : proof;
  if (!first) return false;
  const at = new Ancestors(from - 1, to - 1);
  at.skipRightEdges();
  let [before, after] = [first, first];
  for (const sibling of rest) {
    if (at.isRoot) return false;
    if (at.climbs()) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
    } else after = nodeHash(after, sibling);
  }
  return at.isRoot && before.equals(fromRoot) && after.equals(toRoot);
}

/** From the leaf's sibling up to the root's child. */
function inclusionPath(index: number, size: number): Range[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`A tree with ${size} leaves has no leaf ${index}.`);
  const path: Range[] = [];
  let [begin, end] = [0, size];
  while (end - begin > 1) {
    const middle = splitOf(begin, end);
    path.unshift(index < middle ? [middle, end] : [begin, middle]);
    if (index < middle) end = middle;
    else begin = middle;
  }
  return path;
}

function consistencyPath(from: number, to: number): Range[] {
  if (!(from >= 1 && from <= to)) throw new RangeError(`A tree with ${from} leaves does not grow to ${to}.`);
  const path: Range[] = [];
  let [begin, end] = [0, to];
  while (end !== from) {
    const middle = splitOf(begin, end);
    path.unshift(from <= middle ? [middle, end] : [begin, middle]);
    if (from <= middle) end = middle;
    else begin = middle;
  }
  // The verifier knows the root of the earlier tree.
  return begin === 0 ? path : [[begin, end], ...path];
}

/** The first leaf of the right subtree (RFC 6962, 2.1). */
const splitOf = (begin: number, end: number) => begin + largestPowerUpTo(end - begin - 1);

function largestPowerUpTo(number: number): number {
  let power = 1;
  while (2 * power <= number) power *= 2;
  return power;
}

async function hashesOf(ranges: readonly Range[], readTiles: ReadTiles): Promise<Buffer[]> {
  const ids = new Map(
    ranges.flatMap(subtreesOf).map((subtree) => {
      const { id } = placeOf(subtree);
      return [keyOf(id), id] as const;
    }),
  );
  const read = await readTiles([...ids.values()]);
  const tiles = new Map([...ids.keys()].map((key, index) => [key, read[index]!]));
  return ranges.map((range) => hashOfRange(range, (id) => tiles.get(keyOf(id))!));
}

const keyOf = ({ level, index }: TileId) => `${level}/${index}`;

function hashOfRange(range: Range, tileOf: (id: TileId) => Buffer): Buffer {
  const roots = subtreesOf(range).map((subtree) => {
    const { id, from, width } = placeOf(subtree);
    const hashes = tileOf(id).subarray(from * hashSize, (from + width) * hashSize);
    if (hashes.length < width * hashSize) throw new RangeError(`Tile ${keyOf(id)} has too few hashes.`);
    return rootOfFull(hashes);
  });
  return roots.reduceRight((right, left) => nodeHash(left, right));
}

/** The complete subtrees of a range that begins at a multiple of the largest one. */
function subtreesOf([begin, end]: Range): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = begin; at < end; ) {
    const leaves = largestPowerUpTo(end - at);
    subtrees.push({ height: Math.log2(leaves), index: at / leaves });
    at += leaves;
  }
  return subtrees;
}

/** The tile with hashes that a subtree's root follows from, and which of its hashes. */
function placeOf({ height, index }: Subtree): { id: TileId; from: number; width: number } {
  const level = Math.floor(height / 8);
  const width = 2 ** (height % 8);
  const first = index * width;
  return { id: { level, index: Math.floor(first / tileWidth) }, from: first % tileWidth, width };
}

/** The root above a number of hashes that is a power of two. */
function rootOfFull(hashes: Buffer): Buffer {
  let row = Array.from({ length: hashes.length / hashSize }, (_, at) =>
    hashes.subarray(at * hashSize, (at + 1) * hashSize),
  );
  while (row.length > 1)
    row = Array.from({ length: row.length / 2 }, (_, at) => nodeHash(row[2 * at]!, row[2 * at + 1]!));
  return row[0]!;
}
