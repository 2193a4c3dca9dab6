import { AsyncLocalStorage } from 'node:async_hooks';
import { type AccessOutcome } from '#access-log';
import { refused } from '../http/http-answer.js';

/** A route notes here whose data an access is about, and its outcome. */
export type AccessNote = {
  /** The caller, if the route finds out itself who it is. */
  callerId?: number;
  userIds: number[];
  objects: string[];
  outcome?: AccessOutcome;
  rows?: number;
  /** The rows are streamed, so their number is known at the end. */
  isExport?: boolean;
  /** Stores an entry with the outcome `begun`. */
  begin: () => Promise<void>;
  hasBegun?: boolean;
};

const notes = new AsyncLocalStorage<AccessNote>();

export const runWithNote = (note: AccessNote, work: () => void) => notes.run(note, work);

/**
 * Records that the current request is about to use a right over data of others. A change waits for this, so that the entry
 * exists even if the process is killed before the outcome is known.
 */
export async function beginAccess(): Promise<void> {
  const note = notes.getStore();
  if (!note || note.hasBegun) return;
  await note.begin().catch(() => {
    throw refused(503, 'This access could not be recorded, so nothing was changed.', { 'Retry-After': '5' });
  });
  note.hasBegun = true;
}

/** A browser's session says who the caller is, not a login. */
export function noteCaller(userId: number): void {
  const note = notes.getStore();
  if (note) note.callerId = userId;
}

/** The current request is about data of these users. */
export function noteSubject(...userIds: number[]): void {
  notes.getStore()?.userIds.push(...userIds);
}

/** The current request is about this object. */
export function noteObject(
  kind: 'attempt' | 'exam' | 'course' | 'provider' | 'learner-key',
  id: number | string,
): void {
  notes.getStore()?.objects.push(`${kind}:${id}`);
}

export function noteOutcome(outcome: AccessOutcome): void {
  const note = notes.getStore();
  if (note) note.outcome = outcome;
}

/** The answer of the current request is a file, whose rows are counted until its end. */
export function noteExport(): void {
  const note = notes.getStore();
  if (note) note.isExport = true;
}

/** Makes a function that counts the rows of a stream, in the note of the present request. */
export function rowCounter(): (rows: number) => void {
  const note = notes.getStore();
  return (rows) => {
    if (note) note.rows = (note.rows ?? 0) + rows;
  };
}
