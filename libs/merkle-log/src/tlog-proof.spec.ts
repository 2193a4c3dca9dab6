import { generateKeyPairSync } from 'node:crypto';
import { signCheckpoint } from './signed-checkpoint.js';
import { BadNote, signerOf, verifierOf } from './signed-note.js';
import { parseProof, proofText, verifyProof } from './tlog-proof.js';
import { GrowingTree, inclusionProof, leafHash } from './tree.js';

const leaves = ['a', 'b', 'c', 'd', 'e'];
const tree = new GrowingTree();
tree.append(leaves.map(leafHash));
const signer = signerOf('example.org/log/1', generateKeyPairSync('ed25519').privateKey);
const verifiers = [verifierOf(signer.vkey)];
const checkpoint = signCheckpoint({ origin: signer.name, size: tree.size, root: tree.root(), extensions: [] }, [
  signer,
]);

async function proofOf(index: number, extra?: Buffer) {
  const hashes = await inclusionProof(index, tree.size, async (ids) => ids.map(({ level }) => tree.unfinished[level]!));
  return { index, hashes, checkpoint, ...(extra && { extra }) };
}

it('a proof has the lines of C2SP tlog-proof', async () => {
  const proof = await proofOf(1, Buffer.from('stream 7'));
  const [first, second, third, ...rest] = proofText(proof).split('\n');
  expect([first, second, third]).toEqual(['c2sp.org/tlog-proof@v1', 'extra c3RyZWFtIDc=', 'index 1']);
  expect(rest.slice(0, 5)).toEqual([...proof.hashes.map((hash) => hash.toString('base64')), '', 'example.org/log/1']);
  expect(parseProof(proofText(proof))).toEqual(proof);
});

it('a proof verifies each leaf with nothing but the public key', async () => {
  for (const [index, leaf] of leaves.entries()) {
    const text = proofText(await proofOf(index));
    expect(verifyProof(text, leaf, verifiers)).toMatchObject({ index, head: { size: 5 }, signatures: [{}] });
  }
});

it('a proof of another leaf, index or tree is refused', async () => {
  const text = proofText(await proofOf(1));
  expect(() => verifyProof(text, 'c', verifiers)).toThrow('The proof does not lead from the leaf to the root');
  expect(() => verifyProof(text.replace('index 1', 'index 2'), 'b', verifiers)).toThrow(BadNote);
  expect(() => verifyProof(text.replace('\n5\n', '\n4\n'), 'b', verifiers)).toThrow('is false');
  expect(() => verifyProof(text, 'b', [])).toThrow('No known key has signed the note.');
});

it.each([
  ['another version', (text: string) => text.replace('@v1', '@v2')],
  ['an index with a leading zero', (text: string) => text.replace('index 1', 'index 01')],
  ['a short hash', (text: string) => text.replace(/\n[^\n]{8}([^\n]+=)\n\n/, '\n$1\n\n')],
  ['no empty line before the checkpoint', (text: string) => text.replace('\n\nexample', '\nexample')],
])('a text with %s is no proof', async (_, change) => {
  const text = proofText(await proofOf(1));
  expect(change(text)).not.toBe(text);
  expect(() => parseProof(change(text))).toThrow(BadNote);
});
