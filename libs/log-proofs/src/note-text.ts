/** C2SP signed-note with Ed25519 (type 1), and the cosignatures of C2SP tlog-cosignature (type 4). */
export const signatureTypes = { signature: 1, cosignature: 4 } as const;

/** A note that is not in the form of C2SP, is not signed by a known key, or has a false signature of a known key. */
export class BadNote extends Error {
  override readonly name = 'BadNote';
}

/** `encoded` is base64: the four bytes of the key's id, and the signature. */
export type SignatureText = { name: string; encoded: string };

const line = /^— ([^\s+]+) ([\w+/]+={0,2})$/u;

/** The text of a note and its signatures, none of them verified. @throws BadNote */
export function splitNote(note: string): { text: string; signatures: SignatureText[] } {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note may have none but line feeds.
  if (/[\0-\x09\x0b-\x1f\ufffd]/.test(note)) throw new BadNote('The note has control characters.');
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !note.endsWith('\n')) throw new BadNote('The note has no signatures.');
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > 100) throw new BadNote('The note has more than 100 signatures.');
  const signatures = lines.map((each) => {
    const [, name, encoded] = line.exec(each) ?? [];
    if (!name || !encoded) throw new BadNote(`Not a signature line: ${each.slice(0, 100)}`);
    return { name, encoded };
  });
  return { text: note.slice(0, end + 1), signatures };
}

/** The text that a witness signs for a note's text. `at` is in seconds since 1970. */
export const cosignedText = (text: string, at: number | bigint): string => `cosignature/v1\ntime ${at}\n${text}`;

/** The parts of a verifier key; undefined for another text. `encoded` is base64: the type, and the 32 bytes of the key. */
export function splitVerifierKey(vkey: string): { name: string; keyId: string; encoded: string } | undefined {
  const [, name, keyId, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([\w+/]+={0,2})$/u.exec(vkey) ?? [];
  return name && keyId && encoded ? { name, keyId, encoded } : undefined;
}
