import { generateKeyPairSync } from 'node:crypto';
import {
  BadNote,
  cosignerOf,
  openNote,
  parseNote,
  privateKeyOf,
  publicBytesOf,
  signatureLine,
  signerOf,
  signNote,
  verifierOf,
  vkeyOf,
} from './signed-note.js';

const keyPair = () => generateKeyPairSync('ed25519').privateKey;
const log = signerOf('example.org/log/1', keyPair());
const witness = cosignerOf('witness.example.org', keyPair(), () => 1_679_315_147);
const verifiers = [log, witness].map(({ vkey }) => verifierOf(vkey));
const text = 'first line\n\nthird line\n';

it('the example of C2SP signed-note verifies', () => {
  const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
  const note =
    'This is an example message.\n\n' +
    '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
  const verifier = verifierOf(vkey);
  expect(openNote(note, [verifier])).toEqual({ text: 'This is an example message.\n', signatures: [{ verifier }] });
  expect(vkeyOf('example.com/foo', publicBytesOf(verifier.publicKey))).toBe(vkey);
});

it('the key of the example of RFC 8032 has the known public key', () => {
  const key = privateKeyOf(Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'));
  expect(publicBytesOf(key).toString('hex')).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
});

it('a note with a signature and a cosignature says who has signed, and when the witness did', () => {
  const note = signNote(text, [log]) + signatureLine(text, witness);
  expect(openNote(note, verifiers)).toEqual({
    text,
    signatures: [{ verifier: verifiers[0] }, { verifier: verifiers[1], at: 1_679_315_147 }],
  });
});

it('signatures of unknown keys are ignored, and a note with no others is refused', () => {
  const stranger = signerOf('example.org/log/1', keyPair());
  const note = signNote(text, [stranger, log]);
  expect(openNote(note, verifiers).signatures).toEqual([{ verifier: verifiers[0] }]);
  expect(() => openNote(signNote(text, [stranger]), verifiers)).toThrow(BadNote);
  expect(() => openNote(note, [])).toThrow('No known key has signed the note.');
});

it.each([
  ['of the log', [log]],
  ['of the witness', [witness]],
])('a false signature %s refuses the whole note, even beside a good one', (_, [signer]) => {
  const good = [log, witness].filter((each) => each !== signer);
  const other = `${text.slice(0, -2)}!\n`;
  const note = signNote(text, good) + signatureLine(other, signer!);
  expect(() => openNote(note, verifiers)).toThrow(`The signature of ${signer!.name} is false.`);
});

it('a cosignature with another time is false', () => {
  const { signatures } = parseNote(signNote(text, [witness]));
  const moved = Buffer.from(signatures[0]!.signature);
  moved[7]! ^= 1;
  const line = Buffer.concat([Buffer.from(witness.keyId, 'hex'), moved]).toString('base64');
  expect(() => openNote(`${text}\n— ${witness.name} ${line}\n`, verifiers)).toThrow('is false');
});

it('a cosignature that is too short is false', () => {
  const line = Buffer.concat([Buffer.from(witness.keyId, 'hex'), Buffer.of(1)]).toString('base64');
  expect(() => openNote(`${text}\n— ${witness.name} ${line}\n`, verifiers)).toThrow('is false');
});

it.each([
  ['without signatures', text],
  ['without a line feed at its end', signNote(text, [log]).slice(0, -1)],
  ['with a control character', signNote('first\tline\n', [log])],
  ['with a line of text among the signatures', `${signNote(text, [log])}by the log\n`],
  ['with a signature in other base64', signNote(text, [log]).replace(/=+\n$/, '\n')],
  ['with 101 signatures', signNote(text, Array(101).fill(log))],
])('a note %s is refused', (_, note) => {
  expect(() => openNote(note, verifiers)).toThrow(BadNote);
});

it.each([
  ['another id', log.vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+')],
  ['another algorithm', vkeyOf('a', Buffer.alloc(32)).replace('+AQ', '+Ag')],
  ['a name with a space', vkeyOf('a b', Buffer.alloc(32))],
  ['a short key', vkeyOf('a', Buffer.alloc(31))],
])('a verifier key with %s is refused', (_, vkey) => {
  expect(() => verifierOf(vkey)).toThrow(BadNote);
});
