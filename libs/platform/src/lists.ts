import type pg from 'pg';

export type Page = { offset: number; limit: number };
type List = 'attempts' | 'learners';

/** How many entries a list of a course has, by what its triggers count. */
export const listCount = async (pool: pg.Pool, list: List, courseId: string): Promise<number> =>
  (await stateOf(pool, list, courseId)).count;

const stateOf = async (pool: pg.Pool, list: List, courseId: string) => {
  const text = `select coalesce(sum(entries), 0) as count, coalesce(sum(changes), 0) as version
                  from list_counts where list = $1 and course_id = $2`;
  const { rows } = await pool.query({ name: 'list count', text, values: [list, courseId] });
  return { count: Number(rows[0].count), version: rows[0].version as string };
};

const mostRemembered = 500;
/** Least recently counted first. */
const remembered = new WeakMap<pg.Pool, Map<string, { version: string; count: number }>>();

/**
 * How many entries a search finds. It is counted once for as long as the list stays as it is: each page of what was found
 * needs it, and who found many looks at many pages.
 */
export const foundCount = async (
  pool: pg.Pool,
  list: List,
  courseId: string,
  search: string,
  count: () => Promise<number>,
): Promise<number> => {
  const counts = remembered.get(pool) ?? new Map();
  remembered.set(pool, counts);
  const key = JSON.stringify([list, courseId, search]);
  // Before it is counted: what comes in between makes this version one that nobody meets again.
  const { version } = await stateOf(pool, list, courseId);
  const known = counts.get(key);
  if (known?.version === version) return known.count;
  const found = { version, count: await count() };
  counts.delete(key);
  counts.set(key, found);
  if (counts.size > mostRemembered) counts.delete(counts.keys().next().value!);
  return found.count;
};

/** How to read a page of `count` rows: whichever end is nearer, rows are skipped from there. */
export const pageFrom = ({ offset, limit }: Page, count: number) => {
  const backwards = offset > count / 2 && offset < count;
  const size = Math.max(0, Math.min(limit, count - offset));
  return { backwards, limit: size, skip: backwards ? count - offset - size : offset };
};

/** What `names like` finds a search by; a NUL, which PostgreSQL refuses, and a line's end are in nobody's names. */
export const patternOf = (search: string): string => {
  if (/[\0\n]/.test(search)) return '\n\n';
  const lower = search.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return `%${lower.replace(/[\\%_]/g, '\\$&')}%`;
};
