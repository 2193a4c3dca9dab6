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
 * How many entries a search finds; `all` is SQL that counts those of the course $1. It is counted once for as long as the
 * list stays as it is: each page of what was found needs it, and who found many looks at many pages.
 */
export const foundCount = async (
  pool: pg.Pool,
  list: List,
  courseId: string,
  search: string,
  all: string,
): Promise<number> => {
  const counts = remembered.get(pool) ?? new Map();
  remembered.set(pool, counts);
  const key = JSON.stringify([list, courseId, search]);
  // Before it is counted: what comes in between makes this version one that nobody meets again.
  const { version } = await stateOf(pool, list, courseId);
  const known = counts.get(key);
  if (known?.version === version) return known.count;
  // Whoever has it in the domain is counted already. Without a name: planned for how many have it before the domain.
  const text = `
    select (select coalesce(sum(entries), 0) from list_counts
             where list in ('${list}', '${list} by domain') and course_id = $1 and domain like $2)
         + (${all} and domain not like $2 and (${isNamed(2)})) as count`;
  const { rows } = await pool.query(text, [courseId, ...patternsOf(search)]);
  const found = { version, count: Number(rows[0].count) };
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

// `textlike` is what `like` stands for, but is not looked up in an index.
const isNamed = (first: number) =>
  `names like $${first + 1} and textlike(names, $${first}) or names like $${first + 2} and domain like $${first + 3}`;

/** Who is called like `patternsOf` a search, as SQL whose parameters these are from the `first` on. */
export const isCalled = (first: number) => `(domain like $${first} or ${isNamed(first)})`;

const lookedUp = 6;

/**
 * What a search is in: names or domain; or what names end and the domain begins with, when it goes across. Only its end is
 * looked up in the index: where user names are the same word with a number, each three letters of the word cost as much as
 * a search for the number. A NUL, which PostgreSQL refuses, and a line's end are in nobody's names.
 */
export const patternsOf = (search: string): [string, string, string | null, string | null] => {
  if (/[\0\n]/.test(search)) return ['\n\n', '\n\n', null, null];
  const lower = search.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const escaped = (text: string) => text.replace(/[\\%_]/g, '\\$&');
  const at = lower.lastIndexOf('@');
  const [ending, beginning] =
    at > 0 ? [`%${escaped(lower.slice(0, at))}`, `${escaped(lower.slice(at))}%`] : [null, null];
  return [`%${escaped(lower)}%`, `%${escaped([...lower].slice(-lookedUp).join(''))}%`, ending, beginning];
};
