import {
  appendFileSync,
  closeSync,
  createReadStream,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { type TreeHead, unverifiedTreeHead } from '../../../libs/merkle-log/src/signed-checkpoint.js';
import { openNote, type Verifier } from '../../../libs/merkle-log/src/signed-note.js';

/** A checkpoint with the witness's cosignature. */
export type Cosigned = { note: string; head: TreeHead };

/** The append-only file of all that the witness cosigned: one note a line, as JSON. */
export class CosignedFile {
  private readonly newest = new Map<string, Cosigned>();

  private constructor(
    private readonly file: number,
    private size: number,
  ) {}

  /** @throws when a line is damaged, or the newest notes are not cosigned by the key of `verifier`. */
  static async open(path: string, verifier: Verifier): Promise<CosignedFile> {
    const file = openSync(path, 'a+', 0o600);
    cutUnfinishedLine(file);
    syncFolder(path);
    const opened = new CosignedFile(file, fstatSync(file).size);
    let number = 0;
    for await (const line of createInterface({ input: createReadStream(path) })) {
      number++;
      try {
        opened.remember(JSON.parse(line));
      } catch (error) {
        throw new Error(`Line ${number} of ${path} is damaged: ${(error as Error).message}`);
      }
    }
    for (const { note } of opened.newest.values()) openNote(note, [verifier]);
    return opened;
  }

  newestOf(origin: string): Cosigned | undefined {
    return this.newest.get(origin);
  }

  newestBy(isWanted: (origin: string) => boolean): Cosigned | undefined {
    return [...this.newest].find(([origin]) => isWanted(origin))?.[1];
  }

  /**
   * The note is on the disk when this returns. Throws when the file is not as it must be: the disk is full, or another
   * process writes it, too. Nothing may be cosigned after that.
   */
  append(note: string): void {
    const line = Buffer.from(`${JSON.stringify(note)}\n`);
    appendFileSync(this.file, line);
    fsyncSync(this.file);
    this.size += line.length;
    if (fstatSync(this.file).size !== this.size) throw new Error('Another process writes the file of cosigned notes.');
    this.remember(note);
  }

  private remember(note: string) {
    const head = unverifiedTreeHead(note);
    this.newest.set(head.origin, { note, head });
  }
}

/** A line that a crash cut off was not answered. */
function cutUnfinishedLine(file: number) {
  const { size } = fstatSync(file);
  const byte = Buffer.alloc(1);
  let end = size;
  while (end > 0 && readSync(file, byte, 0, 1, end - 1) === 1 && byte[0] !== 10) end--;
  if (end === size) return;
  ftruncateSync(file, end);
  fsyncSync(file);
}

function syncFolder(path: string) {
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
