import type { Kind } from './kinds.js';

/** The way in which the user names learners, and the text or the names so far. */
export type Named = {
  how: 'list' | 'file' | 'search';
  list: string;
  file: { name: string; text: string } | undefined;
  ticked: ReadonlyMap<string, string>;
};
export type What = { examIds: readonly number[]; kind: Kind; value: string };
/** One allowance to grant. */
export type Pair = { examId: number; asked: string };
