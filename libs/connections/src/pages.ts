import type { Database } from './database.js';

/** Answers which rows of a list to read, when they are counted. */
export type PageOf = (count: number) => { offset: number; limit: number };

/**
 * Counts the rows of `from …`. `values` have the offset and the limit of the page at their end, for the words `paging`. The
 * statements have no name, so that each is planned for its search.
 */
export async function countedPage(database: Database, from: string, filtered: readonly unknown[], pageOf: PageOf) {
  const { rows } = await database.query(`select count(*)::int as count ${from}`, [...filtered]);
  const { count }: { count: number } = rows[0];
  const { offset, limit } = pageOf(count);
  const paging = `offset $${filtered.length + 1} limit $${filtered.length + 2}`;
  return { count, paging, values: [...filtered, offset, limit] };
}
