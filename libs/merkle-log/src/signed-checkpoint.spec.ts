import { generateKeyPairSync } from 'node:crypto';
import {
  extensionsOf,
  openCheckpoint,
  originOf,
  signCheckpoint,
  textOf,
  treeHeadOf,
  unverifiedTreeHead,
} from './signed-checkpoint.js';
import { BadNote, signerOf, verifierOf } from './signed-note.js';

/** The example of C2SP tlog-checkpoint. */
const example = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';

const signer = signerOf('proctoring/0b6a7c5e/2', generateKeyPairSync('ed25519').privateKey);
const head = {
  origin: originOf('proctoring/0b6a7c5e', 2),
  size: 20_852_163,
  root: Buffer.alloc(32, 7),
  extensions: extensionsOf('0b6a7c5e', 2),
};

it('the example of C2SP tlog-checkpoint is read and written', () => {
  const read = treeHeadOf(example);
  expect(read).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163, extensions: [] });
  expect(read.root.toString('hex')).toBe('0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62');
  expect(textOf(read)).toBe(example);
});

it('a signed checkpoint names log and generation in its extension lines, and is opened with the key of its origin', () => {
  const note = signCheckpoint(head, [signer]);
  expect(note).toMatch(/^proctoring\/0b6a7c5e\/2\n20852163\n[^\n]+\nlog-id 0b6a7c5e\ngeneration 2\n\n— /);
  const verifier = verifierOf(signer.vkey);
  expect(openCheckpoint(note, [verifier])).toEqual({ head, signatures: [{ verifier }] });
  expect(unverifiedTreeHead(note)).toEqual(head);
});

it('a checkpoint that only a key of another origin has signed is refused', () => {
  const other = signerOf('proctoring/0b6a7c5e/1', generateKeyPairSync('ed25519').privateKey);
  const note = signCheckpoint(head, [other]);
  expect(() => openCheckpoint(note, [verifierOf(other.vkey)])).toThrow('No known key of proctoring/0b6a7c5e/2');
});

it.each([
  ['without an origin', example.replace('example.com/behind-the-sofa', '')],
  ['with a size with a leading zero', example.replace('20852163', '020852163')],
  ['with a size that is no number', example.replace('20852163', 'many')],
  ['with a short root', example.replace('CsUYap', '')],
  ['with an empty line', `${example}\nlog-id 1\n`],
  ['without its last line feed', example.slice(0, -1)],
])('a checkpoint %s is refused', (_, text) => {
  expect(() => treeHeadOf(text)).toThrow(BadNote);
});
