import type pg from 'pg';

export type Page = { offset: number; limit: number };
/** What a course has lists of: attempts by learner and exam, the newest first; and learners, by user name. */
export type List = 'attempts' | 'learners';

/** A text is counted that so many entries of a list have; and shorter lists are looked at as a whole. */
export const many = 1000;
/** Of a text that is no longer than this it is known how many have it, be they ever so few. */
export const shortText = 2;

/** `from` is where to begin to read for what is at an offset: at a place (null: the beginning), and so many further on. */
export type Counted = { count: number; from: (offset: number) => { place: string | null; skip: number } };

/** Entries before the first sum have no place of their own: none is null. */
const counted = (firstOf: 'min' | 'max', order: 'asc' | 'desc', besides: string) => `
  with list as (select sum(number) as entries from list_sums, unnest(entries) as number
                 where list = $1 and course_id = $2 and part = '' and text = ''),
       sums as (select place, number from list_sums, unnest(places, entries) as block (place, number)
                 where list = $1 and course_id = $2 and part = any($3) and text = $4),
       counted as (select place, number, place as sum from sums union all
                   select place, entries, null from list_changes
                    where list = $1 and course_id = $2 and ($3 = '{""}' or part = any($3)) and strpos(names, $4) > 0
                   ${besides && `union all select place, 1, null from (${besides}) as besides`}),
       placed as (select number, ${firstOf}(sum) over (order by place ${order}) as place from counted),
       blocks as (select place, sum(number)::int as entries from placed group by place)
  select (select json_agg(json_build_array(place, entries) order by place ${order} nulls first) from blocks) as blocks from list
   where entries is not null and ($4 = '' or exists (select from sums) or $5 and entries >= ${many})`;
const countedIn = {
  attempts: (besides: string) => counted('min', 'desc', besides),
  learners: (besides: string) => counted('max', 'asc', besides),
};

/** Of which parts of a list; and what counts besides, as SQL for its places that may use the parts, $3, and `values` from $6 on. */
type Parts = { parts: readonly string[]; besides: string; values: readonly unknown[] };
const wholeList: Parts = { parts: [''], besides: '', values: [] };

/**
 * What is known without looking: how many entries of a course's list have a text in their names. Undefined where few have
 * it, or the list has not been summed up.
 */
export const countedEntries = async (
  pool: pg.Pool,
  list: List,
  courseId: string,
  search: string,
  { parts, besides, values }: Parts = wholeList,
): Promise<Counted | undefined> => {
  const text = asInNames(search);
  const { rows } = await pool.query({
    name: `counted ${list}${besides && ', of parts'}`,
    text: countedIn[list](besides),
    values: [list, courseId, parts, text, text.length <= shortText, ...values],
  });
  if (rows.length === 0) return undefined;
  const blocks = (rows[0].blocks ?? []) as [place: string | null, entries: number][];
  return {
    count: blocks.reduce((sum, [, entries]) => sum + entries, 0),
    from(offset) {
      let before = 0;
      let start = { place: null as string | null, skip: offset };
      for (const [place, entries] of blocks) {
        if (before > offset) break;
        start = { place, skip: offset - before };
        before += entries;
      }
      return start;
    },
  };
};

/** How to read a page of `count` rows: whichever end is nearer, rows are skipped from there. */
export const pageFrom = ({ offset, limit }: Page, count: number) => {
  const backwards = offset > count / 2 && offset < count;
  const size = Math.max(0, Math.min(limit, count - offset));
  return { backwards, limit: size, skip: backwards ? count - offset - size : offset };
};

const lookedUp = 6;

/**
 * What a search is in, and a pattern to look up in the index. Each three letters of a word that many share cost there as
 * much as a search for them, and what is between words is not in it. So of a long text a part is looked up that few have, and
 * of those the last: where user names are the same word with a number, that is the number.
 */
export const textAndPattern = async (pool: pg.Pool, list: List, courseId: string, search: string) => {
  const text = asInNames(search);
  const pattern = (part: string) => `%${part.replace(/[\\%_]/g, '\\$&')}%`;
  const words = text.match(/[a-z0-9]{3,}/g) ?? [];
  const parts = words.flatMap((word) =>
    Array.from({ length: Math.max(1, word.length - lookedUp + 1) }, (_, at) => word.slice(at, at + lookedUp)),
  );
  if (parts.length < 2) return [text, pattern(text)];
  const { rows } = await pool.query({
    name: 'what few have',
    text: `select part from unnest($3::text[]) with ordinality as parts (part, at)
            where not exists (select from list_sums
                               where list = $1 and course_id = $2 and list_sums.part = '' and text = parts.part)
            order by at desc limit 1`,
    values: [list, courseId, parts],
  });
  return [text, pattern(rows[0]?.part ?? text)];
};

/** Who is called like `textAndPattern` of a search, as SQL whose parameters these are from the `first` on. */
export const isCalled = (first: number) => `(names like $${first + 1} and ${hasName(first)})`;

/** Who is called like a search `asInNames`; for one that many are called like, since no index is asked. */
export const hasName = (parameter: number) => `strpos(names, $${parameter}) > 0`;

/** A search as names are kept. A NUL, which PostgreSQL refuses, and a line's end are in nobody's. */
export const asInNames = (search: string) =>
  /[\0\n]/.test(search) ? '\n\n' : search.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
