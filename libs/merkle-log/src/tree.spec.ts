import { hash } from 'node:crypto';
import fc from 'fast-check';
import {
  consistencyProof,
  GrowingTree,
  hashSize,
  inclusionProof,
  leafHash,
  type ReadTiles,
  rootOf,
  tileWidth,
  verifyConsistency,
  verifyInclusion,
  widthOf,
} from './tree.js';

/** The definitions of RFC 6962, 2.1, word by word. */
const sha256 = (...parts: Buffer[]) => hash('sha256', Buffer.concat(parts), 'buffer');
const splitOf = (size: number) => 2 ** Math.ceil(Math.log2(size) - 1);
function treeHash(entries: Buffer[]): Buffer {
  if (entries.length === 0) return sha256();
  if (entries.length === 1) return sha256(Buffer.of(0), entries[0]!);
  const split = splitOf(entries.length);
  return sha256(Buffer.of(1), treeHash(entries.slice(0, split)), treeHash(entries.slice(split)));
}
function path(index: number, entries: Buffer[]): Buffer[] {
  if (entries.length === 1) return [];
  const split = splitOf(entries.length);
  const [left, right] = [entries.slice(0, split), entries.slice(split)];
  return index < split ? [...path(index, left), treeHash(right)] : [...path(index - split, right), treeHash(left)];
}
function subproof(from: number, entries: Buffer[], isWhole: boolean): Buffer[] {
  if (from === entries.length) return isWhole ? [] : [treeHash(entries)];
  const split = splitOf(entries.length);
  const [left, right] = [entries.slice(0, split), entries.slice(split)];
  return from <= split
    ? [...subproof(from, left, isWhole), treeHash(right)]
    : [...subproof(from - split, right, false), treeHash(left)];
}

/** A tree over entries, in batches, with its tiles. */
function grown(entries: Buffer[], batch = entries.length || 1) {
  const tree = new GrowingTree();
  const tiles = new Map<string, Buffer>();
  const roots: Buffer[] = [];
  for (let at = 0; at < entries.length; at += batch) {
    const leaves = entries.slice(at, at + batch).map((entry) => leafHash(entry.toString('latin1')));
    for (const { level, index, hashes } of tree.append(leaves)) tiles.set(`${level}/${index}`, hashes);
    roots.push(tree.root());
  }
  const read: ReadTiles = async (ids) =>
    ids.map(({ level, index }) => tiles.get(`${level}/${index}`) ?? tree.unfinished[level]!);
  return { tree, tiles, roots, read };
}

const numbered = (size: number) => Array.from({ length: size }, (_, index) => Buffer.from(`entry ${index}`));
const hex = (hashes: readonly Buffer[]) => hashes.map((each) => each.toString('hex'));

describe('the tree of the examples of Certificate Transparency (RFC 6962)', () => {
  const texts = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const entries = texts.map((each) => Buffer.from(each, 'hex'));
  const { roots, read } = grown(entries, 1);
  const known = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];

  it('has the known root at each size, and that of RFC 6962 when it is empty', async () => {
    expect(hex(roots)).toEqual(known);
    expect(new GrowingTree().root().toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(await rootOf(0, read)).toEqual(new GrowingTree().root());
    for (const [index, root] of known.entries()) expect((await rootOf(index + 1, read)).toString('hex')).toBe(root);
  });

  it.each([
    [0, 1, []],
    [0, 8, ['96a296d224f285c6', '5f083f0a1a33ca07', '6b47aaf29ee3c2af']],
    [5, 8, ['bc1a0643b12e4d2d', 'ca854ea128ed050b', 'd37ee418976dd957']],
    [2, 3, ['fac54203e7cc696c']],
    [1, 5, ['6e340b9cffb37a98', '5f083f0a1a33ca07', 'bc1a0643b12e4d2d']],
  ])('proves leaf %i of %i by the known hashes', async (index, size, hashes) => {
    const proof = await inclusionProof(index, size, read);
    expect(hex(proof).map((each) => each.slice(0, 16))).toEqual(hashes);
    const leaf = leafHash(entries[index]!.toString('latin1'));
    expect(verifyInclusion(leaf, index, size, proof, roots[size - 1]!)).toBe(true);
  });

  it.each([
    [1, 1, []],
    [1, 8, ['96a296d224f285c6', '5f083f0a1a33ca07', '6b47aaf29ee3c2af']],
    [6, 8, ['0ebc5d3437fbe2db', 'ca854ea128ed050b', 'd37ee418976dd957']],
    [2, 5, ['5f083f0a1a33ca07', 'bc1a0643b12e4d2d']],
  ])('proves that the tree with %i leaves grew to the one with %i by the known hashes', async (from, to, hashes) => {
    const proof = await consistencyProof(from, to, read);
    expect(hex(proof).map((each) => each.slice(0, 16))).toEqual(hashes);
    expect(verifyConsistency(from, roots[from - 1]!, to, roots[to - 1]!, proof)).toBe(true);
  });
});

describe('any tree', () => {
  const entries = numbered(1100);
  const { read } = grown(entries, 7);
  const size = fc.integer({ min: 1, max: entries.length });

  it('has the roots and the proofs of the definitions of RFC 6962, and they verify', () =>
    fc.assert(
      fc.asyncProperty(size, size, async (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const [fromRoot, toRoot] = [await rootOf(from, read), await rootOf(to, read)];
        expect(toRoot).toEqual(treeHash(entries.slice(0, to)));
        const inclusion = await inclusionProof(from - 1, to, read);
        expect(hex(inclusion)).toEqual(hex(path(from - 1, entries.slice(0, to))));
        const leaf = leafHash(entries[from - 1]!.toString('latin1'));
        expect(verifyInclusion(leaf, from - 1, to, inclusion, toRoot)).toBe(true);
        const consistency = await consistencyProof(from, to, read);
        expect(hex(consistency)).toEqual(hex(subproof(from, entries.slice(0, to), true)));
        expect(verifyConsistency(from, fromRoot, to, toRoot, consistency)).toBe(true);
      }),
      { numRuns: 60 },
    ));

  it('refuses a proof with another leaf, index, size, root or hash, or with a hash more or fewer', () =>
    fc.assert(
      fc.asyncProperty(size, size, fc.nat(), async (one, other, bit) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const [fromRoot, toRoot] = [await rootOf(from, read), await rootOf(to, read)];
        const leaf = leafHash(entries[from - 1]!.toString('latin1'));
        const inclusion = await inclusionProof(from - 1, to, read);
        const consistency = await consistencyProof(from, to, read);
        const includes = (index: number, end: number, proof: Buffer[], of = leaf, root = toRoot) =>
          verifyInclusion(of, index, end, proof, root);
        const follows = (proof: Buffer[], start = from, end = to, before = fromRoot, after = toRoot) =>
          verifyConsistency(start, before, end, after, proof);
        const flipped = (buffer: Buffer) => {
          const copy = Buffer.from(buffer);
          copy[bit % hashSize]! ^= 1 << (bit % 8);
          return copy;
        };
        const changed = (proof: Buffer[]) =>
          proof.map((each, at) => (at === bit % proof.length ? flipped(each) : each));
        expect(includes(from - 1, to, inclusion, flipped(leaf))).toBe(false);
        expect(includes(from - 1, to, inclusion, leaf, flipped(toRoot))).toBe(false);
        expect(includes(from - 1, to, [...inclusion, toRoot])).toBe(false);
        expect(includes(to, to, inclusion)).toBe(false);
        if (from < to) expect(includes(from, to, inclusion)).toBe(false);
        if (inclusion.length > 0) {
          expect(includes(from - 1, to, changed(inclusion))).toBe(false);
          expect(includes(from - 1, to, inclusion.slice(1))).toBe(false);
        }
        expect(follows([...consistency, toRoot])).toBe(false);
        expect(follows(consistency, from, to, flipped(fromRoot))).toBe(false);
        expect(follows(consistency, from, to, fromRoot, flipped(toRoot))).toBe(false);
        expect(follows(consistency, to, from)).toBe(from === to);
        expect(follows(consistency, 0, to)).toBe(false);
        if (consistency.length > 0) {
          expect(follows(changed(consistency))).toBe(false);
          expect(follows(consistency.slice(1))).toBe(false);
        }
      }),
      { numRuns: 60 },
    ));

  it('is the same in any batches', () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 600 }), (leaves, batch) => {
        const [one, other] = [grown(numbered(leaves), batch), grown(numbered(leaves))];
        expect(one.tree).toEqual(other.tree);
        expect(one.tiles).toEqual(other.tiles);
      }),
      { numRuns: 30 },
    ));

  it('goes on from its size and its unfinished tiles', () => {
    const leaves = numbered(600).map((entry) => leafHash(entry.toString()));
    const whole = new GrowingTree();
    whole.append(leaves);
    const first = new GrowingTree();
    first.append(leaves.slice(0, 300));
    const second = new GrowingTree(first.size, [...first.unfinished]);
    second.append(leaves.slice(300));
    expect(second.root()).toEqual(whole.root());
  });
});

describe('the tiles of C2SP tlog-tiles', () => {
  it('of a tree with 70,000 leaves are as its example says', () => {
    expect([0, 1, 2, 3].map((level) => widthOf(70_000, level))).toEqual([112, 17, 1, 0]);
    const { tree, tiles } = grown(numbered(70_000), 5000);
    const full = (level: number) => [...tiles.keys()].filter((key) => key.startsWith(`${level}/`)).length;
    expect([full(0), full(1), full(2)]).toEqual([273, 1, 0]);
    expect(tree.unfinished.map(({ length }) => length / hashSize)).toEqual([112, 17, 1]);
  });

  it('of a tree with 256 leaves are one full tile, and a partial one with one hash', () => {
    const { tree, tiles } = grown(numbered(tileWidth));
    expect([...tiles.keys()]).toEqual(['0/0']);
    expect(tree.unfinished.map(({ length }) => length / hashSize)).toEqual([0, 1]);
    expect(tree.unfinished[1]).toEqual(tree.root());
  });

  it('that lack hashes yield no proof', async () => {
    const short: ReadTiles = async (ids) => ids.map(() => Buffer.alloc(hashSize));
    await expect(inclusionProof(0, 3, short)).rejects.toThrow('too few hashes');
  });

  it('yield no proof of a leaf that the tree does not have, and none of a shrunken tree', () => {
    const none: ReadTiles = async () => [];
    expect(() => inclusionProof(3, 3, none)).toThrow('A tree with 3 leaves has no leaf 3.');
    expect(() => consistencyProof(4, 3, none)).toThrow('A tree with 4 leaves does not grow to 3.');
    expect(() => consistencyProof(0, 3, none)).toThrow('A tree with 0 leaves does not grow to 3.');
  });
});
