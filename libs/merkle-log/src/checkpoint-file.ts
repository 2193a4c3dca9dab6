import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '#configuration';
import { type TreeHead, treeOf, unverifiedTreeHead } from './signed-checkpoint.js';

/** How much of the file's end is read: about a hundred signed checkpoints. */
const tailBytes = 65_536;

const fileOf = ({ logCheckpointFile, logSigningKeyFile, dataDir }: Configuration): string | undefined =>
  logCheckpointFile ?? (logSigningKeyFile ? undefined : join(dataDir, 'signed-checkpoints'));

/** Keeps a signed checkpoint outside the database, before anybody can see it: one line of JSON. */
export function keepCheckpoint(configuration: Configuration, note: string): void {
  const file = fileOf(configuration);
  if (file) append(file, `${JSON.stringify(note)}\n`);
}

/** Appends a note as the next line, unless it is the last line. */
export function appendToCheckpointFile(file: string, note: string): void {
  const lines = existsSync(file) ? tailOf(file).split('\n') : [];
  const line = JSON.stringify(note);
  if (lines.at(-2) === line) return;
  // A line that a crash cut off stays as it is.
  append(file, `${lines.at(-1) ? '\n' : ''}${line}\n`);
}

/** The text is on the disk when this returns. */
const append = (file: string, text: string) => appendFileSync(file, text, { flag: 'as', mode: 0o600 });

/** The last signed checkpoint that is kept outside the database, if there is one of this log. */
export function lastKeptCheckpoint(
  configuration: Configuration,
  log: string,
): { tree: number; head: TreeHead } | undefined {
  const file = fileOf(configuration);
  if (!file || !existsSync(file)) return undefined;
  // A line that a crash cut off was not seen by anybody.
  for (const line of tailOf(file).split('\n').slice(0, -1).toReversed()) {
    const head = headIn(line);
    const tree = head && treeOf(log, head.origin);
    if (tree) return { tree, head };
  }
  return undefined;
}

function headIn(line: string): TreeHead | undefined {
  try {
    return unverifiedTreeHead(JSON.parse(line));
  } catch {
    return undefined; // the tail begins in the middle of a line
  }
}

function tailOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(size, tailBytes));
    readSync(file, tail, 0, tail.length, size - tail.length);
    return tail.toString();
  } finally {
    closeSync(file);
  }
}
