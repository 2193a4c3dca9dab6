import type { Actor, Event } from '#domain';

/** An event that a row of the old database stands for, and who made the change. */
export type ImportedEvent<E extends Event = Event> = { event: E; actor: Actor };

/** The sender of a change that the old database does not name is the LMS. */
export const actorOf = (userId: number | null): Actor => (userId === null ? { kind: 'lms' } : { kind: 'user', userId });

/** An instant with all six decimals, so that texts compare as times do. */
export const sortable = (at: string): string => at.replace('Z', '').padEnd(26, '0');

/** A value that a row had, and since when. */
export type Version<Old> = { row: Old; since: string };

/**
 * The values that a row had, in order, without repetitions. A history of former rows has each value when it ended, so it
 * says since when the next one was there. The first value of a row that is gone has no better time than its end.
 */
export function versionsOf<Old extends { created: string; modified: string }>(
  former: readonly Old[],
  now: Old | undefined,
  isSame: (one: Old, other: Old) => boolean,
): { versions: Version<Old>[]; removedAt?: string } {
  const rows = now ? [...former, now] : former;
  const versions: Version<Old>[] = [];
  for (const [index, row] of rows.entries()) {
    const since = index === 0 ? (now?.created ?? row.created) : former[index - 1]!.created;
    const last = versions.at(-1);
    if (!last || !isSame(last.row, row)) versions.push({ row, since });
  }
  return { versions, removedAt: now ? undefined : former.at(-1)?.created };
}

/** By time. The events of one row keep their order, even when their times contradict it. */
export function inOrder<E extends Event>(lists: readonly ImportedEvent<E>[][]): ImportedEvent<E>[] {
  const timed = lists.flatMap((list) => {
    let latest = '';
    return list.map((imported) => {
      const at = sortable((imported.event.data as { at: string }).at);
      if (at > latest) latest = at;
      return { imported, at: latest };
    });
  });
  return timed
    .sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
    .map(({ imported }) => imported);
}
