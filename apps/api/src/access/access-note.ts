import { AsyncLocalStorage } from 'node:async_hooks';
import { type AccessOutcome } from '#access-log';
import { refused } from '../http/http-answer.js';

/** A route notes this about an access while it answers: whose data it is about, and its outcome. */
export type AccessNote = {
  userIds: number[];
  objects: string[];
  outcome?: AccessOutcome;
  rows?: number;
  /** Stores an entry that says that the access begins. */
  begin: () => Promise<void>;
  hasBegun?: boolean;
};

const notes = new AsyncLocalStorage<AccessNote>();

export const runWithNote = (note: AccessNote, work: () => void) => notes.run(note, work);

/**
 * Stores that the current request is about to use a right over data of others. A change must wait for this: then the entry
 * is there even if the process is killed before it can say what came of it.
 */
export async function beginAccess(): Promise<void> {
  const note = notes.getStore();
  if (!note || note.hasBegun) return;
  await note.begin().catch(() => {
    throw refused(503, 'This access could not be recorded, so nothing was changed.', { 'Retry-After': '5' });
  });
  note.hasBegun = true;
}

/** The current request is about data of these users. */
export function noteSubject(...userIds: number[]): void {
  notes.getStore()?.userIds.push(...userIds);
}

/** The current request is about this object. */
export function noteObject(kind: 'attempt' | 'exam' | 'course' | 'provider', id: number | string): void {
  notes.getStore()?.objects.push(`${kind}:${id}`);
}

export function noteOutcome(outcome: AccessOutcome): void {
  const note = notes.getStore();
  if (note) note.outcome = outcome;
}

/** A stream that is sent after the answer began counts its rows in the note of its request. */
export function rowCounter(): (rows: number) => void {
  const note = notes.getStore();
  return (rows) => {
    if (note) note.rows = (note.rows ?? 0) + rows;
  };
}
