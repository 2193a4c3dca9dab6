import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

export type BundleFiles = ReadonlyMap<string, Buffer>;

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

/** Adds the digests of all files, in the form of sha256sum, and the digest of these. */
export function withSums(files: BundleFiles): BundleFiles {
  const names = [...files.keys()].sort();
  const sums = names.map((name) => `${sha256(files.get(name)!)}  ${name}\n`).join('');
  return new Map([
    ...names.map((name) => [name, files.get(name)!] as const),
    ['SHA256SUMS', Buffer.from(sums)],
    ['SHA256SUMS.sha256', Buffer.from(`${sha256(sums)}  SHA256SUMS\n`)],
  ]);
}

/** The same bytes for the same files, in each time zone and with each version of zlib: nothing is compressed. */
export async function zipOf(files: BundleFiles): Promise<Buffer> {
  const zip = new ZipFile();
  // The time of an entry in a zip is local.
  const options = { mtime: new Date(1980, 0, 1), mode: 0o100644, compress: false, forceDosTimestamp: true };
  for (const [name, bytes] of files) zip.addBuffer(bytes, name, options);
  zip.end();
  return buffer(zip.outputStream as NodeJS.ReadableStream);
}
