import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  consistencyProof,
  GrowingTree,
  inclusionProof,
  leafHash,
  privateKeyOf,
  type ReadTiles,
  rootOf,
  signCheckpoint,
  signerOf,
  type Tile,
  widthOf,
} from '../../../libs/merkle-log/src/index.js';

/** The digests of the notes and proofs that the verifiers below accepted, by size. */
const accepted: Record<number, string> = {
  1: '732d2c9c06064189392804f86576c3f73e951ed27a15d842f81e544ef7fab1f2',
  2: 'cbca8b92278f3084450e324a43765cb14e792e4193606f5b47013d1f9a2267e2',
  3: '884cdb9d2067cac82fefd4b667b88213c2ffa6e3f01d415e5e62355088afaa71',
  7: 'cea837ad6de35deea79fa1982f4f19ef438f666bebf2f5609b7bcdc6e4262122',
  8: 'b197b2b0cb533e11cfe9fbe603561bcfcf73bec6c72bed10410763e7732aa48f',
  255: '9ed88619726235743ab2136343fd4f3a53d6adb4ad2e4cf71d95d1b365d78d4e',
  256: 'c4b30eb0a6bba15da3300e1e5b979e3e78d42c01d7675f28f7b0bfdcd49fac39',
  257: '6387e0e89087b5c7aca35ee981d32483b941c825f94c81f6a5fcf0899a9f5d79',
  1000: '6b45abc8509d02bd188503d837b7ad3c5138d8d7875c5d5acfb52cb4f6ab2442',
  4097: '925e4f277f8ea973b33f9bb098e3ed521fe5d90ff9e0433c0d7b0dc12a214b1c',
};

it.each(Object.keys(accepted).map(Number))(
  'a tree of %i leaves has the notes and proofs that Go accepted',
  async (size) => {
    expect(hash('sha256', JSON.stringify(await inputOf(size)))).toBe(accepted[size]);
  },
);

const folder = mkdtempSync(join(tmpdir(), 'go-verifier-'));
const program = join(folder, 'verify');
const { status, stderr } = spawnSync('go', ['build', '-o', program, '.'], {
  cwd: 'test/support/go-verifier',
  encoding: 'utf8',
});
/** There is no Go, it is too old, or its modules cannot be downloaded. */
const cannotRun = status === null || /requires go|dial tcp|lookup /.test(stderr);
afterAll(() => rmSync(folder, { recursive: true }));

/** golang.org/x/mod/sumdb/note and github.com/transparency-dev/merkle. */
(cannotRun ? describe.skip : describe)('the verifiers of the Go project and of transparency.dev', () => {
  it('are built', () => {
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('error') });
  });

  const verified = (input: object) =>
    spawnSync(program, { input: JSON.stringify(input), encoding: 'utf8' }).stdout.trim();

  it.each(Object.keys(accepted).map(Number))('agree with a tree of %i leaves', async (size) => {
    const input = await inputOf(size);
    expect(verified(input)).toBe('ok');
    const [first, ...others] = input.Inclusion;
    expect(verified({ ...input, Inclusion: [{ ...first, Leaf: 'forged' }, ...others] })).toContain('inclusion of');
    const note = input.Note.replace(`\n${size}\n`, `\n${size + 1}\n`);
    expect(verified({ ...input, Note: note })).toContain('invalid signature');
  });
});

async function inputOf(size: number) {
  const leaves = Array.from({ length: size }, (_, index) => `{"leaf":${index}}`);
  const tree = new GrowingTree();
  const tiles: Tile[] = tree.append(leaves.map(leafHash));
  tree.unfinished.forEach((hashes, level) => {
    if (widthOf(size, level) > 0) tiles.push({ level, index: Math.floor(size / 256 ** (level + 1)), hashes });
  });
  const read: ReadTiles = async (ids) =>
    ids.map((id) => tiles.find(({ level, index }) => level === id.level && index === id.index)!.hashes);
  const signer = signerOf('proctoring/log/1', privateKeyOf(Buffer.alloc(32, 7)));
  const head = { origin: signer.name, size, root: tree.root(), extensions: ['log-id log', 'generation 1'] };
  const base64 = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('base64'));
  const indexes = [...new Set([0, Math.min(1, size - 1), Math.floor(size / 2), size - 1])];
  const sizes = [...new Set([1, Math.ceil(size / 3), size])];
  return {
    Vkey: signer.vkey,
    Note: signCheckpoint(head, [signer]),
    Inclusion: await Promise.all(
      indexes.map(async (index) => ({
        Index: index,
        Leaf: leaves[index],
        Hashes: base64(await inclusionProof(index, size, read)),
      })),
    ),
    Consistency: await Promise.all(
      sizes.map(async (from) => ({
        Size: from,
        Root: (await rootOf(from, read)).toString('base64'),
        Hashes: base64(await consistencyProof(from, size, read)),
      })),
    ),
  };
}
